import { Component } from "@odoo/owl";

/** A titled part of the day; what is cut off is one click away. */
export class MyDayCard extends Component {
    static template = "justiq.MyDayCard";
    static props = {
        name: String,
        title: String,
        total: { type: Number, optional: true },
        isCut: { type: Boolean, optional: true },
        showAll: { type: Function, optional: true },
        slots: Object,
    };
}
