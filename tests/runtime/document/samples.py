"""The documents that these tests change."""

REFUNDS = {
    "schema": "studio.workflow/1",
    "name": "High-value refunds",
    "description": "Asks before a large refund goes out.",
    "nodes": [
        {
            "key": "order", "type": "trigger.webhook", "version": 1, "name": "Order created",
            "config": {"sample": {"order": {"id": "6021", "total": 420.0}}}, "position": {"x": 0, "y": 0},
        },
        {
            "key": "large", "type": "condition.if", "version": 1, "name": "Total above €400?",
            "config": {"condition": "trigger.order.total > 400.0"}, "position": {"x": 0, "y": 140.5},
        },
        {
            "key": "call", "type": "action.http", "version": 1, "name": "Tell the ERP",
            "config": {"method": "POST", "url": "https://erp.example.com/refunds"},
            "retry": {"attempts": 3, "base_s": 2, "max_s": 60.0}, "timeout_s": 20, "checkpoint": False,
            "parent": None, "notes": "", "position": {"x": 0, "y": 280},
        },
    ],
    "edges": [
        {"from": "order", "port": "next", "to": "large"},
        {"from": "large", "port": "true", "to": "call"},
    ],
    "settings": {"max_steps": 10000, "title": "Order {{ trigger.order.id }}"},
}  # fmt: skip
