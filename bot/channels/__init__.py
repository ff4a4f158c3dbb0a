"""How a person reaches us: hear (wire to event) and speak (message to wire)."""
