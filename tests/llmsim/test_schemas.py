"""Answers of a given shape, and calls of tools."""

import json
from typing import Any

from llmsim import Latency, Limits, Message, Simulator, Tool

SIM = Simulator(latency=Latency.fixed(0.0), limits=Limits())


def ask_json(prompt: str, schema: dict[str, Any]) -> Any:
    return json.loads(SIM.complete(prompt, json_schema=schema).text)


def test_schemas_are_filled_by_name_and_type() -> None:
    schema = {
        "type": "object",
        "properties": {
            "sentiment": {"enum": ["positive", "negative", "neutral"]},
            "stars": {"type": "integer", "minimum": 1, "maximum": 5},
            "topics": {"type": "array", "items": {"type": "string"}},
            "summary": {"type": "string"},
            "refund_wanted": {"type": "boolean"},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
            "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
        },
        "$defs": {
            "Part": {
                "type": "object",
                "properties": {"part": {"type": "string"}, "count": {"type": "integer"}},
            }
        },
    }
    value = ask_json("Analyse this review:\n\nThe tent leaked twice and the service was rude.", schema)
    assert value["sentiment"] == "negative"
    assert value["stars"] == 1
    assert value["topics"] == ["customer service", "waterproofing"]
    assert isinstance(value["refund_wanted"], bool)
    assert set(value["parts"][0]) == {"part", "count"}
    assert isinstance(value["note"], str)


def test_schemas_that_contain_themselves_come_to_an_end() -> None:
    tree = {
        "$ref": "#/$defs/Node",
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                    "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                    "maybe": {"$ref": "#/$defs/Node"},
                },
                "required": ["name", "children", "next"],
            }
        },
    }
    assert ask_json("A tree of the tools in Chengdu", tree) == {
        "name": "Chengdu",
        "children": [],
        "next": None,
    }


def test_an_empty_schema_inside_a_list_or_union_is_left_empty() -> None:
    # What LangChain makes of a Pydantic model that contains itself.
    schema = {
        "type": "object",
        "properties": {
            "children": {"type": "array", "items": {}},
            "next": {"anyOf": [{}, {"type": "null"}]},
        },
    }
    assert ask_json("A tree", schema) == {"children": [], "next": None}


def test_arguments_take_what_their_name_asks_for() -> None:
    schema = {
        "type": "object",
        "properties": {
            "order_id": {"type": "string"},
            "email": {"type": "string"},
            "paid": {"type": "string"},
        },
    }
    value = ask_json("Where is order A-10023? Write to kim@example.org. I paid 1290 yuan.", schema)
    assert (value["order_id"], value["email"]) == ("A-10023", "kim@example.org")


def test_tools_are_called_in_parallel_where_the_prompt_asks_for_several() -> None:
    place = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = (Tool("get_weather", "weather of a city", place), Tool("get_hotels", "hotels in a city", place))
    both = SIM.complete("I need the weather and the hotels in Chengdu", tools=tools)
    assert {call.name for call in both.tool_calls} == {"get_weather", "get_hotels"}
    assert SIM.complete("Hello", tools=tools).tool_calls == ()
    forced = SIM.complete("Hello", tools=tools, tool_choice="get_hotels")
    assert [call.name for call in forced.tool_calls] == ["get_hotels"]


def test_tool_results_are_used_in_the_next_answer() -> None:
    asked = SIM.complete("What is the weather in Chengdu?", tools=(Tool("weather", "the weather"),))
    history = [
        Message("user", "What is the weather in Chengdu?"),
        Message("assistant", "", tool_calls=asked.tool_calls),
        Message("tool", "sunny, 21 degrees", tool_call_id=asked.tool_calls[0].id),
    ]
    answer = SIM.complete(history, tools=(Tool("weather", "the weather"),))
    assert answer.text == "According to the tool: sunny, 21 degrees"
