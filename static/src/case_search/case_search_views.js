import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formView } from "@web/views/form/form_view";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";

const SEARCH = "justiq.justiq_case_search_action";

/**
 * “New” leads into the search for similar case files, from wherever a new file can be opened. What
 * the search does not find, it opens as a new file. Import and duplicating stay as they are.
 */
class CaseFileListController extends listView.Controller {
    async createRecord() {
        await this.actionService.doAction(SEARCH);
    }
}

class CaseFileKanbanController extends kanbanView.Controller {
    async createRecord() {
        await this.actionService.doAction(SEARCH);
    }
}

class CaseFileFormController extends formView.Controller {
    setup() {
        super.setup();
        this.searchAction = useService("action");
    }

    async create() {
        if (!(await this.model.root.isDirty()) || (await this.model.root.save())) {
            await this.searchAction.doAction(SEARCH);
        }
    }
}

registry.category("views").add("justiq_case_file_list", { ...listView, Controller: CaseFileListController });
registry.category("views").add("justiq_case_file_kanban", { ...kanbanView, Controller: CaseFileKanbanController });
registry.category("views").add("justiq_case_file_form", { ...formView, Controller: CaseFileFormController });
