import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

/** Steps that a person takes, named as that person would tell them. */
const field = (name, within = "") => `${within} .o_field_widget[name='${name}']`.trim();
const open = (trigger, content) => ({ content, trigger, run: "click" });
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
const tick = (name, text) => open(`${field(name)} .form-check:contains("${text}") input`, `tick ${text}`);
const page = (name) => open(`.o_notebook a[name='${name}']`, `open the page ${name}`);
const see = (trigger, content) => ({ content: content || `see ${trigger}`, trigger });
const save = () => [
    open(".o_form_button_save:visible", "save"),
    see(".o_form_saved, .o_form_status_indicator_buttons.invisible", "saved"),
];
const inState = (state) => see(`.o_statusbar_status .o_arrow_button_current[data-value='${state}']`);
const period = (name, start, end) => [
    {
        content: "first day",
        trigger: `${field(name)} input[data-field='date_start']`,
        run: `edit ${start}`,
    },
    {
        content: "last day",
        trigger: `${field(name)} input[data-field='date_end']`,
        run: `edit ${end} && click body`,
    },
];
const openApp = [
    stepUtils.showAppsMenuItem(),
    open(".o_app[data-menu-xmlid='justiq.menu_justiq_root']", "open JUSTiQ"),
];
// Case workers start in their day.
const openMicroProjects = [
    ...openApp,
    open("[data-menu-xmlid='justiq.menu_justiq_micro_projects']", "open the menu Mikroprojekte"),
    open(".o-dropdown-item[data-menu-xmlid='justiq.menu_justiq_micro_project']", "open Mikroprojekte"),
];
const openRecord = (name) => open(`.o_data_row td:contains("${name}"), .o_kanban_record:contains("${name}")`, `open ${name}`);

// Step 1: the coordination office creates a grant; its funding years are proposed.
tours.add("justiq_coordination_creates_grant", {
    steps: () => [
        ...openApp,
        open("[data-menu-xmlid='justiq.menu_justiq_funding']", "open the menu Förderung"),
        open(".o-dropdown-item[data-menu-xmlid='justiq.menu_justiq_grant']:contains('Vorhaben')", "open Vorhaben"),
        open(".o_list_button_add:visible", "new grant"),
        fill("name", "Vorhaben Tourstadt"),
        ...choose("programme_id", "Phase 2"),
        ...period("date_start", "01.01.2019", "30.06.2022"),
        tick("baustein_ids", "Case Management"),
        tick("baustein_ids", "Mikroprojekte"),
        ...choose("quartier_ids", "Nordend"),
        page("money"),
        fill("esf_rate", "60"),
        ...save(),
        page("funding_years"),
        see(`${field("funding_year_ids")} .o_data_row:nth-child(4) td:contains('30. Juni 2022')`, "four years, the last one cut"),
        press("action_start"),
        inState("running"),
    ],
});

// Step 2: a case worker writes down an idea and plans it.
tours.add("justiq_case_worker_plans_micro_project", {
    steps: () => [
        ...openMicroProjects,
        open(".o-kanban-button-new:visible", "new micro-project"),
        fill("name", "Bemalte Bänke"),
        ...choose("grant_id", "Vorhaben Tourstadt"),
        ...choose("quartier_id", "Nordend"),
        ...choose("kind_id", "Kunst"),
        fill("date_start", "02.03.2020"),
        fill("date_end", "30.03.2020"),
        ...choose("lead_id", "Carla"),
        fill("planned_participants", "1"),
        open(`${field("idea_origin")} .o_radio_item:contains("Junge Menschen") input`, "idea of young people"),
        fill("involvement_who", "Sechs Jugendliche des Treffs"),
        fill("involvement_when", "Januar 2020"),
        fill("involvement_how", "Sie haben die Bänke ausgesucht."),
        page("purpose"),
        tick("purpose_ids", "Motivation"),
        tick("competence_ids", "Team"),
        tick("value_ids", "Platz"),
        fill("planned_value", "Der Platz wird bunter."),
        page("cooperation"),
        open(`${field("cooperation_ids")} .o_field_x2many_list_row_add a`, "add a cooperation"),
        ...choose("partner_id", "Grünflächenamt", field("cooperation_ids")),
        open(`${field("cooperation_ids")} ${field("kind")} :is(input, select)`, "open the kinds"),
        open(".o_select_menu_item:contains('Kommunales Amt')", "municipal office"),
        page("staff"),
        open(`${field("staff_ids")} .o_field_x2many_list_row_add a`, "add staff"),
        ...choose("partner_id", "Anna Atelier", field("staff_ids")),
        fill("role", "Künstlerin", field("staff_ids")),
        fill("reason", "Leitet das Malen an.", field("staff_ids")),
        page("rules"),
        open(`${field("declares_no_qualification")} input`, "no longer-term qualification"),
        open(`${field("declares_no_employment")} input`, "no employment measure"),
        open(`${field("declares_no_other_code")} input`, "no other measure"),
        ...save(),
        press("action_plan"),
        inState("planned"),
    ],
});

// Step 3: finance plans the money and approves the year; too much is refused.
tours.add("justiq_finance_plans_budget", {
    steps: () => [
        ...openApp,
        open("[data-menu-xmlid='justiq.menu_justiq_funding']", "open the menu Förderung"),
        open("[data-menu-xmlid='justiq.menu_justiq_funding_year']", "open Förderjahre"),
        openRecord("2020"),
        open(`${field("budget_line_ids")} .o_field_x2many_list_row_add a`, "add a line"),
        ...choose("baustein_id", "Mikroprojekte", field("budget_line_ids")),
        ...choose("micro_project_id", "Bemalte Bänke", field("budget_line_ids")),
        ...choose("cost_category_id", "Material", field("budget_line_ids")),
        {
            content: "planned costs far over the limit",
            trigger: `${field("planned_amount", field("budget_line_ids"))} input`,
            run: "edit 90000,00 && press Tab",
        },
        see(`${field("budget_line_ids")} ${field("esf_amount")} input:value(54.000,00)`, "ESF money proposed by the rate"),
        open(".o_form_button_save:visible", "save"),
        see(".modal:contains('S19'):contains('50.000,00'), .o_notification:contains('S19'):contains('50.000,00')", "refused in German, with rule and limit"),
        open(".modal .btn-primary, .o_notification_close", "close the message"),
        open(`${field("budget_line_ids")} .o_data_row td[name='planned_amount']`, "correct the amount"),
        {
            content: "planned costs within the limit",
            trigger: `${field("planned_amount", field("budget_line_ids"))} input`,
            run: "edit 12000,00 && press Tab",
        },
        ...save(),
        see(`${field("esf_group_left")}:contains('42.800,00')`, "what is left"),
        press("action_approve"),
        inState("approved"),
    ],
});

// Step 4: the team lead approves; open findings are justified in writing first.
tours.add("justiq_team_lead_approves_micro_project", {
    steps: () => [
        ...openMicroProjects,
        openRecord("Bemalte Bänke"),
        press("action_approve"),
        see(".modal .o_data_row:contains('S4')", "the small group is a finding"),
        open(".modal .o_data_row:contains('S4') td[name='justification']", "justify S4"),
        {
            content: "write the justification",
            trigger: ".modal .o_data_row:contains('S4') .o_field_widget[name='justification'] textarea",
            run: "edit Kleine Gruppe auf Wunsch der Jugendlichen.",
        },
        open(".modal .o_data_row:contains('S23') td[name='justification']", "justify S23"),
        {
            content: "write the justification",
            trigger: ".modal .o_data_row:contains('S23') .o_field_widget[name='justification'] textarea",
            run: "edit Im Nordend gibt es kein solches Programm.",
        },
        press("action_confirm", ".modal"),
        inState("approved"),
    ],
});

// Step 5: participants, sessions and attendance.
tours.add("justiq_case_worker_takes_attendance", {
    steps: () => [
        ...openMicroProjects,
        openRecord("Bemalte Bänke"),
        press("action_start"),
        inState("running"),
        page("participants"),
        open(".o_notebook button:contains('Teilnehmende')", "add participants"),
        open(".modal .o_field_x2many_list_row_add a", "choose case files"),
        open(".modal .o_data_row:contains('Muster') .o_list_record_selector input", "choose Mia Muster"),
        open(".modal .o_select_button", "take over"),
        open(`${field("date_start", ".modal")} button`, "change the day on which it begins"),
        {
            content: "the first day of the micro-project",
            trigger: `${field("date_start", ".modal")} input`,
            run: "edit 02.03.2020 && press Tab",
        },
        press("action_add", ".modal"),
        see(`${field("participation_ids")} .o_data_row:contains('Muster, Mia')`),
        page("sessions"),
        open(".o_notebook button:contains('Termine')", "generate sessions"),
        see(`.modal ${field("session_count")}:contains('5')`, "five Mondays"),
        press("action_create", ".modal"),
        see(".o_data_row:nth-child(5)", "five sessions"),
        open(".o_data_row:last-child button[name='action_open_roster']", "roster of the first session"),
        see(".o_data_row:contains('Muster, Mia')"),
        press("action_all_present"),
        press("action_held"),
        inState("held"),
        see(`${field("present_count")}:contains('1')`),
    ],
});

// Step 6: the team lead completes the micro-project.
tours.add("justiq_team_lead_completes_micro_project", {
    steps: () => [
        ...openMicroProjects,
        openRecord("Bemalte Bänke"),
        press("action_done"),
        see(".modal:contains('S7')", "the achieved value is missing"),
        open(".modal .btn-primary", "close the message"),
        page("purpose"),
        fill("achieved_value", "Zehn Bänke sind bemalt."),
        ...save(),
        press("action_done"),
        inState("done"),
        see(".ribbon", "counts towards the three"),
    ],
});
