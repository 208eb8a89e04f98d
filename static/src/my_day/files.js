import { Component } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

import { MyDayCard } from "./card";

/** Case files with what matters about them at a glance, and a new entry one click away. */
export class MyDayFiles extends Component {
    static template = "justiq.MyDayFiles";
    static components = { MyDayCard };
    static props = {
        name: String,
        label: String,
        group: Object,
        isSilent: { type: Boolean, optional: true },
        open: Function,
        openList: Function,
        newEntryOf: Function,
    };

    get showAll() {
        const { group, label } = this.props;
        return group.total ? () => this.props.openList(label, group.model, group.domain) : undefined;
    }

    lastContact(file) {
        return file.last_contact
            ? _t("Last contact: %s", formatDate(deserializeDate(file.last_contact)))
            : _t("No contact yet");
    }

    completeness(file) {
        return [
            { key: "entry", label: _t("Entry data"), value: file.entry },
            { key: "exit", label: _t("Exit data"), value: file.exit },
        ].filter((part) => Number.isFinite(part.value));
    }
}
