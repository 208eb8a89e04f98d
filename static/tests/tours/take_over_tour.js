import { registry } from "@web/core/registry";

// From the roster of a micro-project into Case Management; it begins on the form of the micro-project.
registry.category("web_tour.tours").add("justiq_take_over_from_the_roster", {
    steps: () => [
        {
            content: "open the participants",
            trigger: ".o_notebook a[name='participants']",
            run: "click",
        },
        {
            content: "take Mia over",
            trigger: ".o_data_row:contains('Muster, Mia') button[name='action_take_over']",
            run: "click",
        },
        {
            content: "Case Management is proposed",
            trigger: ".modal .o_field_widget[name='baustein_id'] input:value('Case Management')",
        },
        {
            content: "the key worker stays the same",
            trigger: ".modal .o_field_widget[name='key_worker_id'] input:value('Carla Caseworker')",
        },
        {
            content: "one click",
            trigger: ".modal-footer button[name='action_take_over']:visible",
            run: "click",
        },
        {
            content: "the new participation tells where it came from",
            trigger: ".o_form_view .o_field_widget[name='origin_participation_id']:contains('Mikroprojekte')",
        },
    ],
});
