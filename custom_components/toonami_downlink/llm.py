"""What Assist can be asked and told, as tools for language models that use it."""

from typing import Any, Final, override

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import intent, llm
import voluptuous as vol

from .assist.handlers import HANDLERS
from .assist.intents import DownlinkIntentHandler
from .const import DOMAIN
from .coordinator import async_loaded_coordinator

# Home Assistant 2026.8 takes the answer as it is, and does not ask what a tool may do.
_RESULT: Final = getattr(llm, "ToolResult", None)
_ANNOTATIONS: Final = getattr(llm, "ToolAnnotations", None)


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: llm.LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tools, while there is a guide to ask."""
    coordinator = async_loaded_coordinator(hass)
    if api_id != llm.LLM_API_ASSIST or coordinator is None or coordinator.data is None:
        return None
    return LLMTools(tools=[GuideTool(handler()) for handler in HANDLERS])


class GuideTool(llm.Tool):
    """Do what an intent does.

    The result is what Assist would say, and the same as values. Texts from the guide are nowhere
    but in there: the tool's own name and description are the same whatever is on.
    """

    integration = DOMAIN

    def __init__(self, handler: DownlinkIntentHandler) -> None:
        """Do what the intent does."""
        self.name = f"{DOMAIN}__{handler.tool}"
        self.title = handler.title
        self.description = handler.description
        self.parameters = vol.Schema(handler.slot_schema)
        self._intent = handler.intent_type
        if _ANNOTATIONS:
            self.annotations = _ANNOTATIONS(
                read_only=handler.is_question,
                destructive=False,
                idempotent=handler.is_idempotent,
                open_world=False,
            )

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: llm.ToolInput, llm_context: llm.LLMContext
    ) -> Any:
        slots = {name: {"value": value} for name, value in tool_input.tool_args.items() if value}
        response = await intent.async_handle(
            hass,
            llm_context.platform,
            self._intent,
            slots,
            context=llm_context.context,
            language=llm_context.language,
            assistant=llm_context.assistant,
            device_id=llm_context.device_id,
        )
        said = response.speech["plain"]
        answer = {"answer": said["speech"], **(said["extra_data"] or {})}
        return _RESULT(data=answer) if _RESULT else answer
