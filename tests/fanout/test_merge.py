"""The algebra of the merge strategies."""

from __future__ import annotations

import operator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanout import Parallel
from fanout.merge import (
    MergeConflict,
    Strategy,
    append,
    by_key,
    concat,
    fold,
    merge,
    reciprocal_rank,
    replace,
    unique,
    vote,
)

lists = st.lists(st.integers(0, 5), max_size=5)
maps = st.dictionaries(st.sampled_from("abcd"), st.integers(), max_size=4)
texts = st.text(max_size=3)
rankings = st.lists(st.lists(st.integers(0, 8), max_size=6, unique=True), max_size=5)

ASSOCIATIVE: list[tuple[Strategy, st.SearchStrategy[Any]]] = [
    (replace, st.integers()),
    (append, lists),
    (append, st.one_of(st.none(), st.integers(), lists)),
    (unique, lists),
    (unique, st.lists(st.lists(st.integers(0, 1), max_size=1), max_size=4)),
    (merge, maps),
    (concat, lists),
    (concat, texts),
    (concat, st.one_of(st.none(), texts)),
    (fold(operator.add), st.integers()),
    (fold(max), st.integers()),
    (by_key({"a": append, "b": fold(operator.add), "c": replace}, strict=False), maps),
]
NAMES = [f"{how.__name__}-{index}" for index, (how, _) in enumerate(ASSOCIATIVE)]


@pytest.mark.parametrize(("how", "values"), ASSOCIATIVE, ids=NAMES)
class TestAssociative:
    @given(data=st.data())
    def test_one_join_of_all_is_many_joins_of_some(
        self, how: Strategy, values: st.SearchStrategy[Any], data: st.DataObject
    ) -> None:
        old, new = data.draw(values), data.draw(st.lists(values, max_size=6))
        cut = data.draw(st.integers(0, len(new)))
        assert how(how(old, *new[:cut]), *new[cut:]) == how(old, *new)

    @given(data=st.data())
    def test_nothing_new_changes_nothing_but_the_form(
        self, how: Strategy, values: st.SearchStrategy[Any], data: st.DataObject
    ) -> None:
        once = how(data.draw(values))
        assert how(once) == once

    @given(data=st.data())
    def test_what_is_given_is_not_changed(
        self, how: Strategy, values: st.SearchStrategy[Any], data: st.DataObject
    ) -> None:
        given_ = data.draw(st.lists(values, min_size=1, max_size=4))
        before = repr(given_)
        how(*given_)
        assert repr(given_) == before


@pytest.mark.parametrize("how", [append, unique, concat, merge, replace, vote, fold(operator.or_)])
def test_ten_thousand_branches_at_once(how: Strategy) -> None:
    values = [
        {str(i): i} if how in (merge, replace, vote) or how.__name__ == "fold(or_)" else [i]
        for i in range(10_000)
    ]
    assert how(None, *values)


@given(st.lists(lists, max_size=6))
def test_append_loses_nothing_and_keeps_the_order(values: list[list[int]]) -> None:
    assert append(None, *values) == [item for value in values for item in value]


@given(st.lists(lists, max_size=6))
def test_unique_keeps_the_first_of_equals(values: list[list[int]]) -> None:
    assert unique(None, *values) == list(dict.fromkeys(append(None, *values)))


def test_append_takes_what_is_no_list_as_one_item() -> None:
    assert append([1], 2, None, [3, 4], "five") == [1, 2, 3, 4, "five"]


def test_unique_compares_what_cannot_be_hashed() -> None:
    assert unique(None, [{"a": 1}], [{"a": 1}, {"b": 2}]) == [{"a": 1}, {"b": 2}]


def test_concat_refuses_what_does_not_add_up() -> None:
    with pytest.raises(TypeError):
        concat(None, "a", 1)
    assert concat(None) is None
    assert concat((1,), (2,)) == (1, 2)


def test_fold_tells_its_name() -> None:
    assert fold(operator.add).__name__ == "fold(add)"
    assert fold(max)(None) is None


class TestVote:
    def test_the_majority_wins_and_of_equals_the_first(self) -> None:
        assert vote(None, "a", "b", "b") == "b"
        assert vote(None, "a", "b") == "a"
        assert vote("b", "a", "b") == "b"
        assert vote(None) is None
        assert vote(None, {"x": 1}, {"x": 2}, {"x": 2}) == {"x": 2}

    @given(st.lists(st.integers(0, 3), min_size=1), st.randoms())
    def test_who_has_most_votes_does_not_depend_on_the_order(self, votes: list[int], random: Any) -> None:
        winner = vote(None, *votes)
        assert votes.count(winner) == max(map(votes.count, votes))
        random.shuffle(votes)
        assert votes.count(vote(None, *votes)) == votes.count(winner)


class TestReciprocalRank:
    def test_the_formula(self) -> None:
        # a: 1/61 + 1/63, b: 1/62 + 1/61, c: 1/63 + 1/62
        assert reciprocal_rank(None, ["a", "b", "c"], ["b", "c", "a"]) == ["b", "a", "c"]

    def test_agreement_beats_one_first_place(self) -> None:
        assert reciprocal_rank(None, ["x", "m"], ["y", "m"], ["z", "m"])[0] == "m"

    @given(rankings)
    def test_every_item_is_ranked_exactly_once(self, given_: list[list[int]]) -> None:
        fused = reciprocal_rank(None, *given_)
        assert sorted(fused) == sorted({item for ranking in given_ for item in ranking})

    @given(rankings, st.randoms())
    def test_scores_do_not_depend_on_the_order_of_the_rankings(
        self, given_: list[list[int]], random: Any
    ) -> None:
        def score(item: int) -> float:
            return sum(1 / (60 + ranking.index(item) + 1) for ranking in given_ if item in ranking)

        shuffled = list(given_)
        random.shuffle(shuffled)
        fused = [round(score(item), 12) for item in reciprocal_rank(None, *shuffled)]
        assert fused == sorted(fused, reverse=True)

    @given(st.lists(st.integers(), unique=True))
    def test_one_ranking_stays_as_it_is(self, ranking: list[int]) -> None:
        assert reciprocal_rank(None, ranking) == reciprocal_rank(ranking) == ranking

    def test_options(self) -> None:
        documents = [{"id": 1, "score": 0.3}, {"id": 2}], [{"id": 2, "score": 0.9}, {"id": 1}]
        by_id = partial(reciprocal_rank, key=lambda document: document["id"], weights=[1, 2])
        assert [document["id"] for document in by_id(None, *documents)] == [2, 1]
        assert reciprocal_rank(None, ["a", "a", "b"]) == ["a", "b"]
        assert reciprocal_rank(None, [["x"]], [["x"]]) == [["x"]]
        with pytest.raises(ValueError, match="2 rankings need as many weights, not 1"):
            reciprocal_rank(None, [1], [2], weights=[1])
        with pytest.raises(ValueError, match="negative"):
            reciprocal_rank(None, [1], k=-1)


class TestByKey:
    def test_each_key_by_its_own_strategy(self) -> None:
        how = by_key({"messages": append, "total": fold(operator.add)})
        assert how(
            {"messages": [0], "kept": 1}, {"messages": 1, "total": 2}, {"messages": [2], "total": 3}
        ) == {
            "messages": [0, 1, 2],
            "kept": 1,
            "total": 5,
        }

    def test_two_writers_without_a_strategy_are_refused_by_name(self) -> None:
        with pytest.raises(
            MergeConflict, match=r"2 branches write 'v' and no strategy.*\{'v': append\}.*strict=False"
        ):
            by_key()(None, {"v": 1}, {"v": 1})

    def test_or_the_last_declared_wins(self) -> None:
        assert by_key(strict=False)(None, {"v": 1}, {"v": 2}) == {"v": 2}

    def test_one_writer_replaces_what_was_there(self) -> None:
        assert by_key()({"v": 1, "w": 1}, {"v": 2}, None, {"x": 3}) == {"v": 2, "w": 1, "x": 3}

    @given(st.lists(maps, max_size=5))
    def test_nothing_is_lost(self, writes: list[dict[str, int]]) -> None:
        merged = by_key(dict.fromkeys("abcd", append))(None, *writes)
        assert merged == {
            key: [write[key] for write in writes if key in write]
            for key in dict.fromkeys(key for write in writes for key in write)
        }


def test_the_order_is_the_declared_one_whoever_is_first() -> None:
    step = Parallel(a=lambda _: {"log": ["a"]}, b=lambda _: {"log": ["b"]}, merge=by_key({"log": append}))
    assert step.invoke(0) == {"log": ["a", "b"]}
