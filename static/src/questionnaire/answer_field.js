import { registry } from "@web/core/registry";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";

const NO_ANSWER = "no_answer";

/**
 * An answer to a question of the funder's questionnaire: its wording and hint stand below it, and
 * "no answer" can be chosen only where the programme takes it.
 */
export class AnswerField extends SelectionField {
    static template = "justiq.AnswerField";

    get question() {
        return (this.props.record.data.questionnaire || {})[this.props.name] || {};
    }

    get options() {
        return super.options.filter(
            ([value]) => value !== NO_ANSWER || this.question.no_answer || this.value === NO_ANSWER
        );
    }
}

registry.category("fields").add("justiq_answer", {
    ...selectionField,
    component: AnswerField,
    supportedTypes: ["selection"],
});
