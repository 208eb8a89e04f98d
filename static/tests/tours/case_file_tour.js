import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

/** Steps that a person takes with the file of one young person, named as that person would tell them. */
const field = (name, within = "") => `${within} .o_field_widget[name='${name}']`.trim();
const open = (trigger, content) => ({ content, trigger, run: "click" });
const see = (trigger, content) => ({ content, trigger });
const press = (name, within = "") => open(`${within} button[name='${name}']:visible`.trim(), `press ${name}`);
const fill = (name, text, within = "") => ({
    content: `fill in ${name}`,
    trigger: `${field(name, within)} :is(input, textarea)`,
    run: `edit ${text}`,
});
const choose = (name, text, within = "") => [
    fill(name, text, within),
    open(`.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains("${text}")`, `choose ${text}`),
];
const pick = (name, text, within = "") => [
    open(`${field(name, within)} :is(input, select)`, `open the choices of ${name}`),
    open(`.o_select_menu_item:contains("${text}")`, `pick ${text}`),
];
/** The day that stands there already is clicked before it can be typed over. */
const changeDay = (name, text, within = "") => [
    open(`${field(name, within)} button`, `change the day ${name}`),
    { ...fill(name, text, within), run: `edit ${text} && press Tab` },
];
const answer = (name, text) => [
    ...pick(name, text),
    see(`${field(name)} input:value(${text})`, `${name} is answered`),
];
const page = (name) => open(`.o_notebook a[name='${name}']`, `open the page ${name}`);
const addLine = (name) => open(`${field(name)} .o_field_x2many_list_row_add a`, `add a line to ${name}`);
const save = () => [
    open(".o_form_button_save:visible", "save"),
    see(".o_form_saved, .o_form_status_indicator_buttons.invisible", "saved"),
];
const openCaseFiles = [
    stepUtils.showAppsMenuItem(),
    open(".o_app[data-menu-xmlid='justiq.menu_justiq_root']", "open JUSTiQ"),
    open("[data-menu-xmlid='justiq.menu_justiq_cases']", "open the menu Fallakten"),
    open(".o-dropdown-item[data-menu-xmlid='justiq.menu_justiq_case_file']", "open Fallakten"),
];

const openNele = [...openCaseFiles, open(".o_data_row td[name='last_name']:contains('Neuland')", "open the file")];
const openEnrolment = [
    page("enrolments"),
    open(`${field("enrolment_ids")} .o_data_row .o_list_record_open_form_view button`, "open the enrolment"),
];
const backToNele = [
    open(".breadcrumb-item.o_back_button a", "back to the file"),
    see(`${field("last_name")} input:value(Neuland)`, "the file"),
];
const confirm = () => open(".modal .modal-footer .btn-primary", "yes, do it");
const complete = (phase) => see(
    `.o_form_view:not(:has(.o_justiq_missing)) ${field(`${phase}_completeness`)}:contains(100)`,
    "nothing is missing any more"
);

// First contact: the case worker searches, opens the file, and writes down where the work starts.
tours.add("justiq_case_worker_opens_case_file", {
    steps: () => [
        ...openCaseFiles,
        open(".o_list_button_add:visible", "new case file"),
        fill("first_name", "Nele", ".modal"),
        fill("last_name", "Neuland", ".modal"),
        fill("birth_date", "17.05.2008", ".modal"),
        press("action_search", ".modal"),
        see(`${field("last_name")} input:value(Neuland)`, "nobody similar: the new file is filled in"),
        page("situation"),
        fill("initial_situation", "Kam mit einer Freundin in den Treff."),
        fill("life_situation", "Lebt bei der Mutter."),
        fill("biography", "Zwei Schulwechsel."),
        fill("potentials", "Zeichnet jeden Tag."),
        fill("competences", "Spricht drei Sprachen."),
        fill("needs", "Ein Praktikum finden."),
        page("contacts"),
        addLine("contact_ids"),
        ...pick("role", "Mutter", field("contact_ids")),
        fill("name", "Frau Neuland", field("contact_ids")),
        page("enrolments"),
        addLine("enrolment_ids"),
        ...choose("grant_id", "Vorhaben Tourstadt", field("enrolment_ids")),
        open(`${field("date_entry", field("enrolment_ids"))} button`, "change the day of entry"),
        fill("date_entry", "01.09.2020", field("enrolment_ids")),
        fill("legal_basis_date", "01.09.2020", field("enrolment_ids")),
        ...save(),
        page("consents"),
        see(`${field("consent_ids")} .o_data_row:contains('01.09.2020'), ${field("consent_ids")} .o_data_row:contains('2020')`, "the consent is on record"),
    ],
});

// What the funder asks on the day of entry, the help that begins, and the first talk.
tours.add("justiq_case_worker_answers_for_the_entry", {
    steps: () => [
        ...openNele,
        ...openEnrolment,
        open(".o_justiq_missing button[data-code='entry_employment']", "go to what is missing"),
        see(`${field("entry_employment")} input:focus`, "the question has the cursor"),
        ...answer("entry_employment", "Schülerin"),
        ...answer("entry_education", "ISCED 2"),
        ...answer("entry_school_absence", "Ja"),
        ...answer("entry_foreign_background", "Nein"),
        ...answer("entry_minority", "Keine Angabe"),
        ...answer("entry_disability", "Keine Angabe"),
        ...answer("entry_other_disadvantage", "Nein"),
        complete("entry"),
        page("participations"),
        addLine("participation_ids"),
        ...choose("baustein_id", "Case Management", field("participation_ids")),
        ...changeDay("date_start", "01.09.2020", field("participation_ids")),
        ...save(),
        see(".ribbon:contains('Gezählt')", "she counts"),
        ...backToNele,
        press("action_new_note"),
        fill("text", "Nele will ein Praktikum.", ".modal"),
        ...changeDay("date", "08.09.2020", ".modal"),
        fill("minutes", "45", ".modal"),
        press("action_save_entry", ".modal"),
        page("contact_log"),
        see(`${field("note_ids")} .o_data_row:contains('Nele will ein Praktikum')`, "the entry is in the log"),
    ],
});

const DOMAINS = 14;
const score = (row, value) => [
    open(`.o_data_row:eq(${row}) button[data-value='${value}']`, `domain ${row + 1}: ${value}`),
    see(`.o_data_row:eq(${row}) button[data-value='${value}'][aria-pressed='true']`, "scored"),
];

// Where she stands, what she wants, and what is agreed about it.
tours.add("justiq_case_worker_agrees_on_a_plan", {
    steps: () => [
        ...openNele,
        page("assessment"),
        press("action_new_assessment"),
        ...changeDay("date", "15.09.2020"),
        ...score(0, 1),
        ...Array.from({ length: DOMAINS - 1 }, (_, row) => score(row + 1, 4)).flat(),
        press("action_complete"),
        confirm(),
        see(".o_statusbar_status .o_arrow_button_current[data-value='complete']", "completed"),
        press("action_create_goal", ".o_data_row:contains('Schule')"),
        fill("name", "Ich will wieder zur Schule gehen.", ".modal"),
        see(`${field("domain_id", ".modal")} input:value(Schule)`, "about the weak domain"),
        ...changeDay("date", "15.09.2020", ".modal"),
        addLine("measure_ids"),
        fill("name", "Gespräch mit der Schule", field("measure_ids")),
        open(".modal .modal-footer .o_form_button_save", "save the goal"),
        see(".o_form_view:not(:has(button[name='action_create_goal']))", "no weak domain without a goal"),
        ...backToNele,
        page("plan"),
        see(`${field("goal_ids")} .o_data_row:contains('wieder zur Schule')`, "the goal is in the file"),
        press("action_new_plan"),
        see(`${field("preview")}:contains('wieder zur Schule')`, "the goal is in the plan"),
        ...changeDay("date", "22.09.2020"),
        press("action_agree"),
        confirm(),
        see(".o_statusbar_status .o_arrow_button_current[data-value='agreed']", "agreed"),
        ...backToNele,
        page("plan"),
        see(`${field("plan_ids")} .o_data_row:contains('Vereinbart')`, "the plan is in the file"),
    ],
});

// The help has ended: the exit with its answers, and the case worker proposes the closing.
tours.add("justiq_case_worker_proposes_closing", {
    steps: () => [
        ...openNele,
        ...openEnrolment,
        { ...fill("date_exit", "18.12.2020"), run: "edit 18.12.2020 && press Tab" },
        open(".o_justiq_missing button[data-code='exit_destination']", "go to what is missing"),
        see(`${field("exit_destination")} input:focus`, "the question has the cursor"),
        ...answer("exit_destination", "Ausbildung"),
        ...answer("exit_employment", "Erwerbstätig"),
        ...answer("exit_qualification", "Schulabschluss"),
        ...answer("exit_job_searching", "Nein"),
        ...answer("exit_improved", "Ja"),
        complete("exit"),
        ...save(),
        ...backToNele,
        press("action_close"),
        see(".modal .alert:contains('Case Management')", "the help is still running"),
        ...changeDay("date", "18.12.2020", ".modal"),
        ...pick("reason", "Ziele erreicht", ".modal"),
        ...pick("outcome", "Ausbildung", ".modal"),
        fill("note", "Beginnt eine Ausbildung.", ".modal"),
        press("action_propose", ".modal"),
        see(".alert:contains('wartet auf die Projektleitung')", "it waits for the team lead"),
    ],
});

// The team lead justifies what is missing, and closes the file, which is read-only from then on.
tours.add("justiq_team_lead_closes_case_file", {
    steps: () => [
        ...openNele,
        press("action_close"),
        see(`${field("note", ".modal")} textarea:value(Beginnt eine Ausbildung.)`, "the proposal is there"),
        press("action_close", ".modal"),
        open(".modal .o_data_row:contains('S34') td[name='justification']", "justify S34"),
        fill("justification", "Die Schule wollte keinen Austausch.", ".modal .o_data_row"),
        press("action_confirm", ".modal"),
        see(".o_statusbar_status .o_arrow_button_current[data-value='closed']", "closed"),
        see(".alert:contains('Ausbildung')", "with reason and outcome"),
        page("situation"),
        see(`.o_form_view:not(:has(${field("needs")} textarea)) ${field("needs")}:contains('Praktikum')`, "read-only"),
        page("contact_log"),
        see(`.o_form_view:not(:has(${field("note_ids")} .o_field_x2many_list_row_add))`, "no further entry"),
    ],
});
