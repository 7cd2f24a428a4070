"""The answers: useful in both languages, the same for the same prompt, worse where a model is less skilled."""

import json
from typing import Any

import pytest

from fanout.clock import simulate
from llmsim import Latency, Limits, Message, Model, Simulator
from llmsim.answers import read

UNKNOWN = (
    "I do not know that. I am a simulated model and know only the Ridgeline shop and the terms of this course; "
    "give me the facts in the prompt, or use a real model."
)
SIM = Simulator(latency=Latency.fixed(0.0), limits=Limits())


def ask(prompt: str, **options: Any) -> str:
    return SIM.complete(prompt, **options).text


def ask_json(prompt: str, schema: dict[str, Any]) -> Any:
    return json.loads(ask(prompt, json_schema=schema))


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("What is the sentiment? One word.\n\nThe fly leaked and I returned it.", "negative"),
        ("What is the sentiment? One word.\n\nWarm, light and worth the price.", "positive"),
        ("What is the sentiment? One word.\n\nIt did not leak.", "positive"),
        ("What is the sentiment? One word.\n\nThe bag is blue.", "neutral"),
        ("判断情感，只回答一个词：防水很好，客服也耐心，推荐。", "正面"),
        ("判断情感，只回答一个词：面料防水，但是拉链卡住了，而且太贵。", "负面"),
        ("判断情感，只回答一个词：帐篷不错，但是杆断了。", "褒贬参半"),
        ("Name the topics: the zipper broke and the parcel was late", "durability, delivery"),
        ("提取主题：下雨漏水，物流也慢", "防水、配送"),
        (
            "Translate to Chinese: The battery lasts 6 hours on high and 60 hours on low.",
            "高亮续航 6 小时，低亮续航 60 小时。",
        ),
        ("把下面的话翻译成英文：今年最值得的一次购买。", "The best purchase of this year."),
        (
            "Classify as one of: refund, delivery, product, other. Only the label.\n\nMy parcel is late",
            "delivery",
        ),
        ("把消息分类为：退款、物流、产品、其他。只回答类别。\n\n我要退货", "退款"),
        ("Classify as one of: refund, delivery, other. Only the label.\n\nGood morning to you", "other"),
        ("What is 17 * 3?", "17 * 3 = 51"),
        ("How much does the Wisp stove weigh?", "The Wisp is a screw-on gas stove of 78 grams."),
        ("飑线冲锋衣多少钱？", "售价 1290 元，尺码从 XS 到 XXL。"),
        (
            "Which supplier makes the poles of the Heron?",
            "Kestrel Alloy Works makes the poles of the Cirrus and the Heron, and the burner of the Wisp.",
        ),
        ("余烬睡袋是哪家供应商做的？", "原野羽绒负责余烬睡袋的充绒和缝制。"),
        ("Is it positive or negative? One word.\n\nI don't like it at all.", "negative"),
        ("判断情感：这件衣服一点也不防水。", "负面（-1.00，依据：不防水）"),
        ("提取关键词：人工智能正在改变医疗行业，但隐私问题仍然存在。", "人工智能、医疗行业、隐私问题"),
        ("提取主题：人工智能正在改变医疗行业，但隐私问题仍然存在。", "人工智能、医疗、隐私与安全"),
        (
            "用一句话总结：线程共享内存，所以需要锁。协程共享线程，所以需要让出。两者都有代价。",
            "线程共享内存，所以需要锁。",
        ),
        ("翻译成英文：人工智能正在改变世界。", "Artificial intelligence is changing world."),
        ("把用户问题分类为：退款、物流、产品、其他。只输出类别。\n用户问题：我的包裹到哪了？", "物流"),
        ("What is the average age of it?", UNKNOWN),
        ("What is the capital of France?", UNKNOWN),
        ("", "What would you like to know?"),
    ],
)
def test_tasks_in_both_languages(prompt: str, answer: str) -> None:
    assert ask(prompt) == answer


CONTEXT = (
    "[pol-returns] Unused goods can be returned within 30 days of delivery for a full refund. "
    "The refund goes to the original payment method within 5 working days of arrival.\n"
    "[pol-shipping] Shipping is free for orders over 299 yuan.\n"
)


def test_an_answer_from_context_names_its_source() -> None:
    prompt = (
        f"Answer only from the context.\n\nContext:\n{CONTEXT}\nQuestion: How long can goods be returned?"
    )
    assert (
        ask(prompt)
        == "Unused goods can be returned within 30 days of delivery for a full refund. [pol-returns]"
    )


def test_a_chinese_question_finds_english_context_and_is_answered_in_chinese() -> None:
    answer = ask(f"只根据资料回答。\n资料：\n{CONTEXT}\n问题：多少天之内可以退货？")
    assert answer.startswith("未使用的商品可在送达后 30 天内退货并全额退款。")
    assert answer.endswith("[pol-returns]")


def test_what_the_context_does_not_hold_is_not_made_up() -> None:
    prompt = "Context:\n{}\nQuestion: Who won the football match?"
    assert ask(prompt.format(CONTEXT)) == "The context given does not answer this question."


def test_a_number_of_days_does_not_answer_a_question_about_something_else() -> None:
    assert ask("资料：今天天气很好。\n\n问题：保修期是多久？") == "给出的资料里没有这个问题的答案。"


def test_dates_and_ranges_are_not_sums() -> None:
    for text in ("Meet on 2024-05-01 for 3-5 days", "版本 1.2-3 支持 4/5 的功能", "call 138-1234-5678"):
        assert " = " not in ask(text)


def test_the_judge_reads_a_prompt_on_one_line_too() -> None:
    prompt = (
        "You are a judge. Question: How long can I return goods? Answer A: I like tents. "
        "Answer B: You can return goods within 30 days.\nWhich answer is better?"
    )
    assert ask(prompt).splitlines()[0] == "B"


def test_the_judge_prefers_the_grounded_answer_wherever_it_stands() -> None:
    template = "Which answer is better?\nQuestion: How long is the warranty?\nAnswer A: {}\nAnswer B: {}"
    good, bad = "The warranty lasts two years.", "Our tents are very light."
    assert ask(template.format(good, bad)).splitlines()[0] == "A"
    assert ask(template.format(bad, good)).splitlines()[0] == "B"


def test_the_judges_marks_follow_the_reference() -> None:
    template = (
        "Score the answer from 1 to 10.\nQuestion: How long can goods be returned?\nAnswer: {}\nReference: {}"
    )
    reference = "Unused goods can be returned within 30 days."
    right = ask(template.format("Unused goods can be returned within 30 days of delivery.", reference))
    wrong = ask(template.format("Shipping is free.", reference))
    assert int(right.splitlines()[0]) >= 7 > 4 >= int(wrong.splitlines()[0])


def test_summaries_are_shorter_and_made_of_the_text() -> None:
    text = (
        "The Cirrus 2 is a two-person tent. It was pitched in a storm at the lake in March. "
        "Its fly is waterproof and all seams of the tent are taped. We had soup."
    )
    summary = ask(f"Summarise:\n\n{text}")
    assert len(summary) < len(text)
    assert summary.startswith("The Cirrus 2")
    assert len(ask(f"Summarise in 5 words:\n\n{text}")) <= 31


def test_entities_have_types() -> None:
    prompt = "Extract entities: On 2025-03-02 Mary Jones paid $230 for the Cirrus 2 tent in Chengdu."
    found = ask_json(prompt, {})["entities"]
    assert {(e["text"], e["type"]) for e in found} == {
        ("2025-03-02", "date"),
        ("Mary Jones", "name"),
        ("$230", "money"),
        ("Cirrus 2 tent", "product"),
        ("Chengdu", "place"),
    }


def test_names_at_the_start_are_found_and_common_words_are_not() -> None:
    found = ask_json("Extract entities: Yesterday was fine. Tim Cook paid $5 million. The Cirrus came.", {})[
        "entities"
    ]
    assert [(e["text"], e["type"]) for e in found] == [
        ("Tim Cook", "name"),
        ("$5 million", "money"),
        ("Cirrus", "product"),
    ]
    assert "张伟 [name]" in ask("抽取实体：张伟于2024年5月1日在北京买了一顶帐篷。")


def test_jokes_and_poems_are_about_what_was_asked() -> None:
    assert "bears" in ask("tell me a joke about bears")
    assert "大雨" in ask("写一首关于大雨的诗")
    assert len(ask("write a 2-line poem about the sea").splitlines()) == 2


def test_questions_are_split() -> None:
    lines = ask(
        "Break into sub-questions: Can I return a used stove and how long does delivery take?"
    ).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("1. ")


def test_the_same_prompt_and_seed_give_the_same_answer_and_another_seed_may_not() -> None:
    prompt = "tell me a joke about queues"
    assert ask(prompt) == ask(prompt) == Simulator(latency=Latency.fixed(0.0)).complete(prompt).text
    assert (
        len({Simulator(seed=seed, latency=Latency.fixed(0.0)).complete(prompt).text for seed in range(12)})
        > 1
    )


def test_temperature_lets_repeated_calls_differ() -> None:
    prompt = "tell me a joke about queues"
    cold = {ask(prompt) for _ in range(8)}
    warm = {ask(prompt, temperature=0.9) for _ in range(8)}
    assert len(cold) == 1 < len(warm)


def test_skill_is_how_often_the_best_answer_comes() -> None:
    weak = Simulator([Model("weak", Latency.fixed(0.0), skill=0.7)])
    reviews = [f"Order {n}: warm, light, worth the price." for n in range(200)]
    answers = [weak.complete(f"Sentiment? One word.\n\n{r}", model="weak").text for r in reviews]
    assert answers.count("positive") == pytest.approx(140, abs=25)


def test_a_system_message_can_hold_the_instruction() -> None:
    brief = read(
        (Message("system", "You extract the topics of reviews."), Message("user", "The sentiment is fine."))
    )
    assert (brief.task, brief.text) == ("topics", "The sentiment is fine.")


def test_an_answer_costs_its_tokens_and_nothing_runs_on_real_time() -> None:
    sim = Simulator()
    run = simulate(sim.acomplete("Summarise:\n\nDown is warm. Wet down is not."))
    price = sim.models["sim-large"]
    assert sim.bill().cost == pytest.approx(price.cost(run.value.usage))
    assert str(sim.bill()).splitlines()[-1].startswith("total")
    assert "<table>" in sim.bill()._repr_html_()
