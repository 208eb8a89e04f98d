import { Component } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { MyDayCard } from "./card";

const { DateTime } = luxon;

/** Appointments and sessions of today by the clock. */
export class MyDayAgenda extends Component {
    static template = "justiq.MyDayAgenda";
    static components = { MyDayCard };
    static props = { items: Array, open: Function, openCalendar: Function };

    get title() {
        return _t("Today");
    }

    time(item) {
        if (item.allday) {
            return _t("All day");
        }
        const [start, end] = [item.start, item.end].map((moment) =>
            deserializeDateTime(moment).toLocaleString(DateTime.TIME_SIMPLE)
        );
        return `${start} – ${end}`;
    }

    isSession(item) {
        return item.model === "justiq.session";
    }

    stateLabel(item) {
        return { held: _t("Took place"), not_held: _t("Did not take place") }[item.state];
    }
}
