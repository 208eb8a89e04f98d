import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { MyDayCard } from "./card";

/** Where the funding years of today stand: how much of the plan is used, and what is left. */
export class MyDayBudgets extends Component {
    static template = "justiq.MyDayBudgets";
    static components = { MyDayCard };
    static props = { budgets: Object, open: Function, openList: Function };

    get title() {
        return _t("Budgets of Today");
    }

    get showAll() {
        const { model, domain } = this.props.budgets;
        return () => this.props.openList(this.title, model, domain);
    }

    width(item) {
        return `width: ${Math.min(item.usage, 100)}%`;
    }
}
