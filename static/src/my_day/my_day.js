import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { MyDayAgenda } from "./agenda";
import { MyDayBudgets } from "./budgets";
import { MyDayCard } from "./card";
import { MyDayDue } from "./due";
import { MyDayFiles } from "./files";
import { MyDayTeam } from "./team";

// What a click opens, where it is not the form of the record.
const OPENERS = {
    "justiq.session": "action_open_roster",
    "mail.activity": "action_open_document",
};

const VIEWS = [
    [false, "list"],
    [false, "form"],
];

/** Start screen of the case worker, and of whoever keeps the books; one call of the server brings all of it. */
export class MyDay extends Component {
    static template = "justiq.MyDay";
    static components = { ControlPanel, MyDayAgenda, MyDayBudgets, MyDayCard, MyDayDue, MyDayFiles, MyDayTeam };
    static props = { ...standardActionServiceProps };
    static path = "justiq-my-day";
    static displayName = _t("My Day");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ day: null, scope: this.props.state?.scope || "mine" });
        useSetupAction({ getLocalState: () => ({ scope: this.state.scope }) });
        onWillStart(() => this.load());
    }

    get display() {
        return { layoutActions: true };
    }

    get today() {
        return deserializeDate(this.state.day.today).toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    }

    async load() {
        this.state.day = await this.orm.call("justiq.my.day", "get_day", [this.state.scope]);
    }

    async switchTo(scope) {
        this.state.scope = scope;
        await this.load();
    }

    // Dialogs change what is due, so the day is asked for again when they close.
    newEntry() {
        return this.action.doAction("justiq.justiq_case_note_action_quick", { onClose: () => this.load() });
    }

    async newEntryOf(file) {
        const action = await this.orm.call("justiq.case.file", "action_new_note", [[file.id]]);
        return this.action.doAction(action, { onClose: () => this.load() });
    }

    async open(model, id, views = VIEWS) {
        const action = OPENERS[model]
            ? await this.orm.call(model, OPENERS[model], [[id]])
            : { type: "ir.actions.act_window", res_model: model, res_id: id, views: views.slice(-1) };
        return this.action.doAction(action);
    }

    openList(name, model, domain, views = VIEWS) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            domain,
            views,
        });
    }

    openCalendar() {
        return this.action.doAction("calendar.action_calendar_event");
    }
}

registry.category("actions").add("justiq_my_day", MyDay);
