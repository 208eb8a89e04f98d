import { stepUtils } from "@web_tour/tour_utils";

// Steps that all tours are made of.

export const field = (name) => `.o_field_widget[name='${name}']`;

export const open = (trigger, content) => ({ content, trigger, run: "click" });

export const see = (trigger, content) => ({ content, trigger });

export const fill = (name, text) => ({
    content: `fill in ${name}`,
    trigger: `${field(name)} :is(input, textarea)`,
    run: `edit ${text}`,
});

export const choose = (name, text) => [
    fill(name, text),
    open(`.o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option):contains("${text}")`, `choose ${text}`),
];

export const day = (name, text, inside = "") => ({
    content: `day of ${name}`,
    trigger: `${inside} ${field(name)} input`,
    run: `edit ${text} && click body`,
});

export const openApp = (menu) => [stepUtils.showAppsMenuItem(), open(`.o_app[data-menu-xmlid='${menu}']`, `open ${menu}`)];

// A list may be drawn anew under the cursor, and a click meanwhile is lost: click until the row has opened.
export const openRow = (column, text) => ({
    content: `open ${text}`,
    trigger: `.o_list_view .o_data_row td[name='${column}']:contains("${text}")`,
    run: async () => {
        const cells = () => [...document.querySelectorAll(`.o_list_view .o_data_row td[name='${column}']`)];
        const cell = () => cells().find((one) => one.textContent.includes(text));
        for (let clicks = 0; clicks < 5 && cell(); clicks++) {
            cell().click();
            await new Promise((resolve) => setTimeout(resolve, 1500));
        }
    },
});

// Steps that wait as long as a busy server may take.
export const patiently = (steps) => steps.map((step) => ({ timeout: 60000, ...step }));
