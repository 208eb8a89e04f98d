import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

const field = (name) => `.o_field_widget[name='${name}']`;
const open = (trigger, content) => ({ content, trigger, run: "click" });
const see = (trigger, content) => ({ content, trigger });
const fill = (name, text) => ({
    content: `fill in ${name}`,
    trigger: `${field(name)} :is(input, textarea)`,
    run: `edit ${text}`,
});
const choose = (name, text) => [
    fill(name, text),
    open(`.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains("${text}")`, `choose ${text}`),
];
const day = (name, text) => ({ content: `day of ${name}`, trigger: `${field(name)} input`, run: `edit ${text} && click body` });
const save = [
    open(".o_form_button_save:visible", "save"),
    see(".o_form_saved, .o_form_status_indicator_buttons.invisible", "saved"),
];
const openFunding = (item) => [
    open("[data-menu-xmlid='justiq.menu_justiq_funding']", "open the menu Förderung"),
    open(`.o-dropdown-item[data-menu-xmlid='justiq.${item}']`, `open ${item}`),
];
const openApp = [
    stepUtils.showAppsMenuItem(),
    open(".o_app[data-menu-xmlid='justiq.menu_justiq_root']", "open JUSTiQ"),
];
const complete = [
    ...choose("justiq_cost_category_id", "Honorare"),
    ...save,
    see(`${field("justiq_state")}:contains('Bezahlt')`, "complete and paid"),
];
// From the voucher to the proof of use that can no longer be changed.
const prove = [
    ...openFunding("menu_justiq_funder_report"),
    open(".o_list_button_add:visible", "new report"),
    open(`${field("kind")} :is(input, select)`, "open the kinds"),
    open(
        ".o_select_menu_item:contains('Zahlenmäßiger'), .o_select_menu_item:contains('Proof of Use in Figures')",
        "proof of use"
    ),
    ...choose("grant_id", "Vorhaben Musterstadt"),
    ...save,
    see(".o_justiq_figures:contains('480,00')", "what was paid is in its figures"),
    open("button[name='action_freeze']:visible", "freeze"),
    open(".modal .btn-primary", "yes"),
    see(".o_statusbar_status .o_arrow_button_current[data-value='frozen']", "frozen"),
    open(".o_notebook a[name='proof']", "open the proof"),
    see(`${field("pdf_sha256")} span:not(:empty), ${field("pdf_sha256")}:not(:empty)`, "the fingerprint of the PDF"),
];

// Without Odoo's accounting: finance enters the voucher by hand.
tours.add("justiq_voucher_to_proof_of_use", {
    steps: () => [
        ...openApp,
        ...openFunding("menu_justiq_voucher"),
        open(".o_list_button_add:visible", "new voucher"),
        fill("justiq_reason", "Anleitung in der Werkstatt"),
        fill("justiq_voucher_number", "2-0417"),
        fill("justiq_payee", "Radwerk Südring GbR"),
        fill("justiq_amount", "480,00"),
        day("justiq_voucher_date", "01.03.2020"),
        day("justiq_payment_date", "20.03.2020"),
        ...choose("justiq_account_id", "Case Management"),
        ...complete,
        ...prove,
    ],
});

// With it: the bill has become a voucher by itself, number, dates and payment with it.
tours.add("justiq_bill_to_proof_of_use", {
    steps: () => [
        ...openApp,
        ...openFunding("menu_justiq_voucher"),
        open(".o_data_row td:contains('RW-17')", "the bill is in the list, under its own number"),
        see(`${field("justiq_payment_date")}:contains('2020')`, "paid, says the accounting"),
        ...complete,
        ...prove,
    ],
});
