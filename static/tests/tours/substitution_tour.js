import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

const field = (name) => `.o_field_widget[name='${name}']`;
const open = (trigger, content) => ({ content, trigger, run: "click" });
const fill = (name, text) => ({
    content: `fill in ${name}`,
    trigger: `${field(name)} :is(input, textarea)`,
    run: `edit ${text}`,
});
const choose = (name, text) => [
    fill(name, text),
    open(`.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains("${text}")`, `choose ${text}`),
];
const openMenu = (menu) => [
    stepUtils.showAppsMenuItem(),
    open(".o_app[data-menu-xmlid='justiq.menu_justiq_root']", "open JUSTiQ"),
    open("[data-menu-xmlid='justiq.menu_justiq_cases']", "open the menu Fallakten"),
    open(`.o-dropdown-item[data-menu-xmlid='justiq.${menu}']`, `open ${menu}`),
];

// The team lead opens the files of an absent key worker to a colleague.
tours.add("justiq_team_lead_sets_up_substitution", {
    steps: () => [
        ...openMenu("menu_justiq_case_access"),
        open(".o_list_button_add:visible", "new substitution"),
        ...choose("absent_id", "Abe Absent"),
        ...choose("employee_id", "Carla Caseworker"),
        {
            content: "last day",
            trigger: `${field("date_end")} input`,
            run: "edit 06.03.2030 && click body",
        },
        fill("reason", "Urlaub"),
        open(".o_form_button_save:visible", "save"),
        { content: "saved", trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible" },
        { content: "it is running", trigger: ".o_statusbar_status .o_arrow_button_current[data-value='running']" },
    ],
});

// The colleague opens the file of the absent one, and writes an entry.
tours.add("justiq_substitute_writes_entry", {
    steps: () => [
        ...openMenu("menu_justiq_case_file"),
        open(".o_searchview_facet .o_facet_remove", "not only my own files"),
        open(".o_data_row td:contains('Vertreten')", "open the file"),
        { content: "it tells until when", trigger: ".alert:has([name='substitute_until'])" },
        open("button[name='action_new_note']:visible", "new entry"),
        {
            content: "write the entry",
            trigger: `.modal ${field("text")} textarea`,
            run: "edit Termin beim Jobcenter verschoben.",
        },
        open(".modal button[name='action_save_entry']:visible", "save the entry"),
        { content: "the entry is there", trigger: "body:not(:has(.modal)) .o_data_row:contains('Jobcenter')" },
    ],
});

// After the end the file is closed to her again.
tours.add("justiq_file_is_closed_to_former_substitute", {
    steps: () => [
        ...openMenu("menu_justiq_case_file"),
        { content: "the list of her own files", trigger: ".o_list_view .o_data_row:contains('Muster')" },
        open(".o_searchview_facet .o_facet_remove", "not only my own files"),
        {
            content: "the file is not among them",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('Vertreten'))) .o_data_row:contains('Muster')",
        },
    ],
});
