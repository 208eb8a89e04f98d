import { registry } from "@web/core/registry";

const answer = (name) => `.o_field_widget[name='${name}']`;

// From a missing item to the question that it is about, with one click, and the list of what is missing gets shorter.
registry.category("web_tour.tours").add("justiq_case_worker_completes_entry_data", {
    steps: () => [
        {
            content: "another page is open",
            trigger: ".o_notebook .nav-link[name='participations']",
            run: "click",
        },
        {
            content: "education is missing, one click away",
            trigger: ".o_justiq_missing button[data-code='entry_education']",
            run: "click",
        },
        {
            content: "the question has the cursor",
            trigger: `${answer("entry_education")} input:focus`,
            run: "click",
        },
        {
            content: "there is no “no answer” to choose",
            trigger: ".o_select_menu_menu:not(:contains('No answer')) .o_select_menu_item:contains('ISCED 2')",
            run: "click",
        },
        {
            content: "nothing is missing any more",
            trigger: ".o_form_view:not(:has(.o_justiq_missing button[data-code='entry_education']))",
        },
        {
            content: "what is not asked does not show",
            trigger: `.o_form_view:not(:has(${answer("entry_third_country")}))`,
        },
        { content: "save", trigger: ".o_form_button_save:visible", run: "click" },
        { content: "saved", trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
    ],
});
