import { registry } from "@web/core/registry";
import { open, openApp, openRow, see } from "./helpers";

const tours = registry.category("web_tour.tours");

const part = (name) => `.o_justiq_my_day section[data-part='${name}']`;
const openMyDay = [
    ...openApp("justiq.menu_justiq_root"),
    see(".o_justiq_my_day .o_justiq_today", "the day is the first screen"),
];

// The case worker starts her day, writes a new entry in three actions, and finds it in the timeline of the file.
tours.add("justiq_case_worker_starts_her_day", {
    steps: () => [
        ...openMyDay,
        see(`${part("due")} [data-kind='roster'] button:contains('Farbe im Quartier')`, "an unfinished roster is due"),
        see(`${part("silent")} li:contains('Muster, Mia')`, "a silent file"),
        see(".o_control_panel:not(:has([data-scope='team']))", "no team for a case worker"),
        open(".o_justiq_new_entry", "new entry"),
        {
            content: "of whom it tells",
            trigger: ".modal .o_field_widget[name='case_file_id'] input",
            run: "edit Muster",
        },
        open(".modal .o-autocomplete--dropdown-item:contains('Muster, Mia')", "choose Mia Muster"),
        {
            content: "what was said",
            trigger: ".modal .o_field_widget[name='text'] textarea",
            run: "edit Bewerbung besprochen.",
        },
        open(".modal button[name='action_save_entry']", "save"),
        see(`.o_justiq_my_day:not(:has(section[data-part='silent']))`, "the file is not silent any more"),
        open(`${part("files")} li:contains('Muster, Mia') button.btn-link`, "open the file"),
        open(".oe_stat_button:has(.fa-history)", "open the timeline"),
        openRow("text", "Bewerbung besprochen"),
        see(".o_form_view .o_field_widget[name='text']:contains('Bewerbung besprochen')", "the entry itself"),
    ],
});

// The team lead switches to the team and opens what is behind a figure.
tours.add("justiq_team_lead_looks_at_the_team", {
    steps: () => [
        ...openMyDay,
        see(`${part("files")} p`, "she has no file of her own"),
        open("[data-scope='team']", "switch to the team"),
        see(`${part("ageing")} button`, "ageing"),
        open(`${part("caseload")} tr[data-worker='Carla Caseworker'] button[data-column='open']`, "open her files"),
        see(".o_list_view .o_data_row:contains('Mia')", "the files behind the figure"),
        open(".o_breadcrumb .o_back_button, .breadcrumb-item a", "back"),
        see(part("caseload"), "still the team"),
    ],
});
