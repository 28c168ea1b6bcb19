"""Topic names. Nobody derives an agency from the name of an internal topic; a realm is one agency or all that a host runs together."""


def internal(realm: str, service: str) -> str:
    """Every published event of a service, for Merit's own services."""
    return f"merit.internal.{realm}.{service}.v1"


def export(agency: str, service: str, restricted: bool) -> str:
    """What other systems read of one agency: the open class, or with its own grant the restricted."""
    return f"merit.{agency}.{service}.{'restricted.' if restricted else ''}v1"
