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
