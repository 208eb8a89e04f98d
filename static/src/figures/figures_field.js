import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

const NUMBERS = ["money", "percent", "hours", "integer"];

/**
 * The figures of a report to the funder, or of a comparison: sections of tables. Each figure opens
 * the records that it is made of; where they are of several kinds, one chooses.
 */
export class FiguresField extends Component {
    static template = "justiq.FiguresField";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get content() {
        return this.props.record.data[this.props.name];
    }

    isNumber(column) {
        return NUMBERS.includes(column.type);
    }

    format(value, column) {
        if (value === null || value === undefined || value === false || value === "") {
            return "";
        }
        if (column.type === "date") {
            return formatDate(deserializeDate(value));
        }
        if (!this.isNumber(column) || Number.isNaN(Number(value))) {
            return value;
        }
        const number = Number(value);
        if (column.type === "money") {
            return formatMonetary(number, { currencyId: this.content.currency_id });
        }
        return column.type === "integer" ? formatInteger(number) : formatFloat(number, { digits: [16, 2] });
    }

    rowClass(row) {
        return { "table-active": row.style === "total", o_justiq_drill: row.drill };
    }

    cellClass(row, column) {
        return {
            "fw-bolder": Boolean(row.style),
            "text-end text-nowrap": this.isNumber(column),
            "cursor-pointer": this.waysOf(row, column).length,
        };
    }

    /** Where a cell leads to: its own ways, of which there may be several or none, else that of its row. */
    waysOf(row, column) {
        return row.drills?.[column.key] || (row.drill ? [row.drill] : []);
    }

    more(table) {
        return _t("%s more rows", table.hidden);
    }

    async open(drill, name) {
        if (!drill) {
            return;
        }
        const views = [
            [false, "list"],
            [false, "form"],
        ];
        const known = this.content.actions?.[drill.model];
        const action = known ? await this.action.loadAction(known) : { type: "ir.actions.act_window", views };
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            res_model: drill.model,
            domain: drill.domain,
            context: { active_test: false },
        });
    }
}

registry.category("fields").add("justiq_figures", {
    component: FiguresField,
    displayName: _t("Figures of a report"),
    supportedTypes: ["json"],
});
