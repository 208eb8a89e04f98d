import { registry } from "@web/core/registry";
import { choose, day, field, fill, open, openApp, openRow, patiently, see } from "./helpers";

const tours = registry.category("web_tour.tours");

const save = [
    open(".o_form_button_save:visible", "save"),
    see(".o_form_saved, .o_form_status_indicator_buttons.invisible", "saved"),
];
const openFunding = (item) => [
    open("[data-menu-xmlid='justiq.menu_justiq_funding']", "open the menu Förderung"),
    open(`.o-dropdown-item[data-menu-xmlid='justiq.${item}']`, `open ${item}`),
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
    steps: () =>
        patiently([
            ...openApp("justiq.menu_justiq_root"),
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
        ]),
});

// With it: the bill is entered, posted and paid in the accounting.
const enterBill = [
    ...openApp("account.menu_finance"),
    open("[data-menu-xmlid='account.menu_finance_payables']", "open the menu of the vendors"),
    open(".o-dropdown-item[data-menu-xmlid='account.menu_action_move_in_invoice_type']", "open the bills"),
    open(".o_control_panel_main_buttons .o_list_button_add", "new bill"),
    ...choose("partner_id", "Radwerk Südring GbR"),
    fill("ref", "RW-17"),
    day("invoice_date", "01.03.2020"),
    open("div[name='invoice_line_ids'] .o_field_x2many_list_row_add a:first", "new line"),
    {
        content: "its amount",
        trigger: "div[name='invoice_line_ids'] .o_selected_row [name='price_unit'] input",
        run: "edit 480,00",
    },
    open(".o_selected_row .o_field_analytic_distribution .o_input_dropdown", "charge it to"),
    {
        content: "the Case Management of the grant",
        trigger: ".analytic_distribution_popup [name^='x_plan'] input",
        run: "edit Case Management",
    },
    open(".o-autocomplete--dropdown-item:contains('Vorhaben Musterstadt · Case Management')", "choose the account"),
    see(".analytic_distribution_popup [name='percentage'] input:value('100')", "all of it"),
    open(".analytic_distribution_popup .popupButtons .o_button", "charged"),
    open("button[name='action_post']:visible", "post"),
    see(".o_statusbar_status .o_arrow_button_current[data-value='posted']", "posted"),
];
const payBill = [
    open("button[name='action_register_payment']:visible", "pay"),
    // A day that is there already shows as text until it is clicked.
    open(`.modal ${field("payment_date")} button`, "on another day"),
    day("payment_date", "20.03.2020", ".modal"),
    open(".modal button[name='action_create_payments']:visible", "paid in full"),
    see("body:not(:has(.modal)) .o_form_view .ribbon", "the bill says so"),
];

tours.add("justiq_bill_to_proof_of_use", {
    steps: () =>
        patiently([
            ...enterBill,
            ...payBill,
            // It has become a voucher by itself, number, dates and payment with it.
            ...openApp("justiq.menu_justiq_root"),
            ...openFunding("menu_justiq_voucher"),
            openRow("justiq_voucher_number", "RW-17"),
            see(`${field("justiq_payment_date")}:contains('2020')`, "paid, says the accounting"),
            fill("justiq_reason", "Anleitung in der Werkstatt"),
            ...complete,
            ...prove,
        ]),
});
