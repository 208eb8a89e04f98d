import { ListRenderer } from "@web/views/list/list_renderer";
import { patch } from "@web/core/utils/patch";
import { useEffect } from "@odoo/owl";

/** German words are long, and Odoo cuts a column's title where it ends: in our lists it goes on in a second line. */
patch(ListRenderer.prototype, {
    setup() {
        super.setup();
        useEffect(
            (table) => {
                if (this.props.list.resModel.startsWith("justiq.")) {
                    table?.classList.add("o_justiq_list");
                }
            },
            () => [this.tableRef.el]
        );
    },
});
