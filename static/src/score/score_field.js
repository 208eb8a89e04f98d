import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/**
 * A score on the scale of its domain: one button per score, so that it takes one tap, also on a
 * phone and in a row that is not being edited. Tapping the chosen one again takes it back.
 */
export class ScoreField extends Component {
    static template = "justiq.ScoreField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get scores() {
        const { scale_min, scale_max } = this.props.record.data;
        return Array.from({ length: scale_max - scale_min + 1 }, (_, index) => scale_min + index);
    }

    get notScored() {
        return _t("not scored");
    }

    /** What the colour of the row says, for those who do not see it. */
    get sign() {
        const { is_weak, is_strength } = this.props.record.data;
        if (is_weak) {
            return { icon: "fa-exclamation-triangle", title: _t("weak domain") };
        }
        return is_strength && { icon: "fa-star", title: _t("strength") };
    }

    choose(score) {
        return this.props.record.update({ [this.props.name]: score === this.value ? 0 : score });
    }
}

registry.category("fields").add("justiq_score", {
    component: ScoreField,
    displayName: _t("Score on a scale"),
    supportedTypes: ["integer"],
    extractProps: (fieldInfo, dynamicInfo) => ({ readonly: dynamicInfo.readonly }),
    fieldDependencies: [
        { name: "scale_min", type: "integer" },
        { name: "scale_max", type: "integer" },
        { name: "is_weak", type: "boolean" },
        { name: "is_strength", type: "boolean" },
    ],
});
