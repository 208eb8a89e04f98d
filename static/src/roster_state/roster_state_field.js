import { registry } from "@web/core/registry";
import {
    BadgeSelectionField,
    badgeSelectionField,
} from "@web/views/fields/badge_selection/badge_selection_field";

const COLORS = { present: "success", excused: "warning", absent: "danger" };

/**
 * The state of somebody on a roster: one button per state. Unlike the badges of Odoo, a button
 * also works in a row that is not being edited, so that calling the roll takes one tap per person.
 */
export class RosterStateField extends BadgeSelectionField {
    static template = "justiq.RosterStateField";

    buttonClass(option) {
        return this.value === option ? `btn-${COLORS[option] || "primary"}` : "btn-outline-secondary";
    }
}

registry.category("fields").add("justiq_roster_state", {
    ...badgeSelectionField,
    component: RosterStateField,
    supportedTypes: ["selection"],
    extractProps: (fieldInfo, dynamicInfo) => ({ readonly: dynamicInfo.readonly }),
});
