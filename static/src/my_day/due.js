import { Component } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { MyDayCard } from "./card";

const COLORS = { overdue: "text-danger", today: "text-warning-emphasis", soon: "text-muted", open: "text-muted" };

/** What is due, by kind. */
export class MyDayDue extends Component {
    static template = "justiq.MyDayDue";
    static components = { MyDayCard };
    static props = { groups: Array, today: String, open: Function, openList: Function };

    get title() {
        return _t("Due");
    }

    get total() {
        return this.props.groups.reduce((sum, group) => sum + group.total, 0);
    }

    when(item) {
        return deserializeDate(item.date).toRelativeCalendar({ base: deserializeDate(this.props.today) });
    }

    fullDate(item) {
        return item.date ? formatDate(deserializeDate(item.date)) : "";
    }

    color(item) {
        return COLORS[item.urgency];
    }
}
