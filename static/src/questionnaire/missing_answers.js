import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const NO_ANSWER = "no_answer";
// About two seconds at most.
const FRAMES = 120;

/**
 * Names the mandatory answers that are still missing in one phase, also while somebody is typing. A
 * click on one opens its page and puts the cursor into it.
 */
export class MissingAnswers extends Component {
    static template = "justiq.MissingAnswers";
    static props = { ...standardWidgetProps, phase: { type: String } };

    get missing() {
        const { data } = this.props.record;
        return Object.entries(data.questionnaire || {})
            .filter(([code, question]) => {
                const answered = data[code] && (data[code] !== NO_ANSWER || question.no_answer);
                return question.phase === this.props.phase && question.mandatory && code in data && !answered;
            })
            .map(([code, question]) => ({ code, label: question.label }));
    }

    async goTo(code) {
        const form = document.querySelector(".o_form_view .o_form_renderer:has(.o_justiq_missing)");
        const find = () => form.querySelector(`.o_field_widget[name="${code}"]`);
        form.querySelector(`.nav-link[name="answers_${this.props.phase}"]`)?.click();
        // The page is drawn in a later frame, on a slow computer in a much later one.
        for (let frame = 0; frame < FRAMES && !find(); frame++) {
            await new Promise(requestAnimationFrame);
        }
        find()?.scrollIntoView({ behavior: "smooth", block: "center" });
        find()?.querySelector("input, select, button, .o_select_menu_toggler")?.focus();
    }
}

registry.category("view_widgets").add("justiq_missing_answers", {
    component: MissingAnswers,
    extractProps: ({ attrs }) => ({ phase: attrs.phase }),
});
