"""Steps: verbs, coercion, composition, and LangChain on both sides of `|`."""

from __future__ import annotations

import asyncio
import functools
import operator
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import PromptTemplate
from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnableSequence

from fanout import Lambda, Parallel, Sequence, Step, assign, passthrough, pick
from fanout.leaf import to_step

from .modes import Mode, each_mode

HERE = Path(__file__).parent


def double(x: int) -> int:
    return x * 2


async def adouble(x: int) -> int:
    return x * 2


class TestComposition:
    @each_mode
    def test_pipes_from_both_sides(self, mode: Mode) -> None:
        leaf = mode.leaf(double)
        assert mode.run(leaf | leaf, 1).result() == 4
        assert mode.run(leaf | {"a": leaf}, 1).result() == {"a": 4}
        assert mode.run({"a": leaf} | pick("a"), 1).result() == 2
        assert mode.run(leaf.pipe(leaf, leaf), 1).result() == 8

    def test_functions_on_the_left(self) -> None:
        assert (double | Lambda(double)).invoke(1) == 4
        assert isinstance(double | Lambda(double), Sequence)

    def test_sequences_are_flat(self) -> None:
        assert len(((Lambda(double) | double) | (Lambda(double) | double)).steps) == 4  # type: ignore[attr-defined]

    def test_an_empty_sequence_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            Sequence()

    @each_mode
    def test_assign_and_pick(self, mode: Mode) -> None:
        step = (
            passthrough
            | assign(b=mode.leaf(lambda d: d["a"] + 1))
            | assign(c=mode.leaf(lambda d: d["b"] + 1))
        )
        assert mode.run(step, {"a": 1}).result() == {"a": 1, "b": 2, "c": 3}
        assert mode.run(step.pick(["c", "a"]), {"a": 1}).result() == {"c": 3, "a": 1}
        assert mode.run(step.assign(a=mode.leaf(lambda _: 0)).pick("a"), {"a": 1}).result() == 0

    @pytest.mark.parametrize("step", [assign(a=double), pick("a")])
    def test_assign_and_pick_need_a_mapping(self, step: Step[Any, Any]) -> None:
        with pytest.raises(TypeError, match="need a mapping, not int: 3"):
            step.invoke(3)

    def test_a_step_shows_what_it_is_made_of(self) -> None:
        step = Lambda(double) | {"a": adouble, "b": passthrough} | pick("a")
        assert repr(step) == "Lambda(double) | Parallel(a=Lambda(adouble), b=passthrough) | pick('a')"


class TestCoercion:
    def test_callables_of_every_kind(self) -> None:
        class Callable_:
            def __call__(self, x: int) -> int:
                return x + 1

        class AsyncCallable:
            async def __call__(self, x: int) -> int:
                return x + 1

        assert to_step(Callable_()).invoke(1) == 2
        assert asyncio.run(to_step(AsyncCallable()).ainvoke(1)) == 2
        assert to_step(functools.partial(operator.add, 1)).invoke(1) == 2
        assert asyncio.run(to_step(functools.partial(adouble)).ainvoke(2)) == 4
        assert to_step(operator.itemgetter("k")).inline
        assert not to_step(double).inline

    def test_a_step_stays_what_it_is(self) -> None:
        step = Lambda(double)
        assert to_step(step) is step

    def test_anything_else_is_refused(self) -> None:
        with pytest.raises(TypeError, match="'text' cannot be a step"):
            to_step("text")
        with pytest.raises(TypeError, match="needs a function"):
            Lambda(3)  # type: ignore[call-overload]

    def test_both_forms_give_parts_or_neither(self) -> None:
        async def parts(_: Any) -> Any:
            yield 1

        with pytest.raises(TypeError, match="both be generator functions, or neither"):
            Lambda(double, parts)


class TestLangChain:
    prompt = PromptTemplate.from_template("say {word}")
    shout = RunnableLambda(lambda value: value.to_string().upper())

    @each_mode
    def test_runnables_are_steps(self, mode: Mode) -> None:
        step = passthrough | self.prompt | {"loud": self.shout, "quiet": mode.leaf(lambda v: v.to_string())}
        assert mode.run(step, {"word": "hi"}).result() == {"loud": "SAY HI", "quiet": "say hi"}

    @each_mode
    def test_steps_stand_between_runnables(self, mode: Mode) -> None:
        chain = self.prompt | Parallel(loud=self.shout, size=mode.leaf(lambda v: len(v.to_string()))) | dict
        assert isinstance(chain, RunnableSequence)

        def work() -> Any:
            return chain.ainvoke({"word": "hi"}) if mode.asynchronous else chain.invoke({"word": "hi"})

        assert mode.simulate(work).result() == {"loud": "SAY HI", "size": 6}

    @each_mode
    def test_parts_pass_through_runnables(self, mode: Mode) -> None:
        def upper(chunks: Any) -> Any:
            for chunk in chunks:
                yield chunk.upper()

        async def aupper(chunks: Any) -> Any:
            async for chunk in chunks:
                yield chunk.upper()

        step = mode.parts((1, "a"), (1, "b")) | RunnableGenerator(upper, aupper) | StrOutputParser()
        assert mode.stream(step).result() == [("A", 1), ("B", 2)]
        assert mode.run(step).result() == "AB"

    def test_fanout_does_not_import_langchain(self) -> None:
        script = "import fanout, sys; assert not any(name.startswith('langchain') for name in sys.modules)"
        subprocess.run([sys.executable, "-c", script], check=True)


def test_the_types_of_a_users_program() -> None:
    """mypy accepts the example under --strict; its `assert_type` lines say what is inferred."""
    from mypy import api

    out, err, status = api.run(
        ["--strict", "--config-file=", "--cache-dir=/dev/null", str(HERE / "typed_example.py")]
    )
    assert (status, err) == (0, ""), out


def test_and_it_runs() -> None:
    from .typed_example import main

    assert main() == {"vector": ["vector: q"], "web": ["web: q"]}
