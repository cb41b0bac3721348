"""The questions to the guide as tools for language models that use Assist."""

from typing import Final

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import llm

from .const import DOMAIN
from .coordinator import async_loaded_coordinator
from .intent import HANDLERS, GuideIntentHandler

_NAMES: Final = ("whats_on", "whats_next", "when_is")


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: llm.LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tools, while there is a guide to ask."""
    coordinator = async_loaded_coordinator(hass)
    if api_id != llm.LLM_API_ASSIST or coordinator is None or coordinator.data is None:
        return None
    return LLMTools(tools=[_tool(name, handler()) for name, handler in zip(_NAMES, HANDLERS, strict=True)])


def _tool(name: str, handler: GuideIntentHandler) -> llm.Tool:
    tool = llm.IntentTool(f"{DOMAIN}__{name}", handler)
    tool.title = handler.title
    tool.integration = DOMAIN
    # Home Assistant 2026.8 does not ask what a tool may do.
    if annotations := getattr(llm, "ToolAnnotations", None):
        tool.annotations = annotations(
            read_only=True, destructive=False, idempotent=True, open_world=False
        )
    return tool
