import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Asks the server for one batch of rows after the other and shows how far it is. What has been
 * imported stays; after an interruption, it goes on where it stopped.
 */
export class ImportProgressField extends Component {
    static template = "justiq.ImportProgressField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        const { position, total, imported, refused } = this.props.record.data;
        this.state = useState({ position, total, imported, refused, stopped: false });
        onMounted(() => this.run());
        onWillUnmount(() => (this.left = true));
    }

    get percent() {
        return this.state.total ? Math.round((100 * this.state.position) / this.state.total) : 0;
    }

    async run() {
        const { record } = this.props;
        this.state.stopped = false;
        try {
            while (!this.left && record.data.state === "running") {
                const result = await this.orm.call(record.resModel, "process_batch", [[record.resId]]);
                Object.assign(this.state, result);
                if (result.done) {
                    break;
                }
            }
        } catch (error) {
            this.state.stopped = true;
            throw error;
        }
        if (!this.left && record.data.state === "running") {
            await record.load();
        }
    }
}

registry.category("fields").add("justiq_import_progress", {
    component: ImportProgressField,
    supportedTypes: ["integer"],
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "total", type: "integer" },
        { name: "imported", type: "integer" },
        { name: "refused", type: "integer" },
    ],
});
