import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";

import { MyDayCard } from "./card";

/** Caseload of each worker and ageing of the files; each figure opens its records. */
export class MyDayTeam extends Component {
    static template = "justiq.MyDayTeam";
    static components = { MyDayCard };
    static props = { team: Object, openList: Function };

    get titles() {
        return { caseload: _t("Caseload"), ageing: _t("Open Since") };
    }

    value(column, cell) {
        return column.is_hours ? formatFloat(cell.value, { digits: [16, 1] }) : cell.value;
    }

    openCell(column, row) {
        const domain = [...column.domain, [column.worker, "=", row.cells[column.key].worker]];
        return this.props.openList(`${column.label}: ${row.name}`, column.model, domain);
    }

    ageLabel(age) {
        return age.below ? _t("%s to %s months", age.from, age.below) : _t("Over %s months", age.from);
    }

    openAge(age) {
        return this.props.openList(this.ageLabel(age), "justiq.case.file", age.domain);
    }
}
