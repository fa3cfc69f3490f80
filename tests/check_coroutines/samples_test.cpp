// Coroutines that g++ 12 breaks, their lines marked with "lost", and some like them that it does not. The tests show
// that each is what the mark says: a broken one is refused with UsageError when it is called, or dies, but never goes
// on silently. scripts/check-coroutines --self-test shows that the script finds the marked lines and no others.
#include <databased/event_loop.hpp>
#include <databased/timeout.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::Task;

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
constexpr bool compiler_is_sound = false;
#else
constexpr bool compiler_is_sound = true;
#endif

int acts = 0;
void act(int = 0) { ++acts; }

bool ready_now() {  // every second time
    static int calls = 0;
    return ++calls % 2 != 0;
}
Task<bool> ready() { co_return ready_now(); }
Task<bool> ready_later() {
    co_await databased::yield();
    co_return ready_now();
}
Task<bool> ready(const char*) { co_return ready_now(); }
Task<int> count() { co_return 1; }
std::vector<int> rows() { return {1, 2}; }
template <class F>
Task<bool> ask(F question) {
    auto answer = question();
    co_await std::move(answer);
    co_return true;
}

Task<> if_without_braces() {
    if (co_await ready()) act();  // lost
}

Task<> if_on_a_late_await() {
    if (co_await ready_later()) act();  // lost
}

Task<int> if_with_braces() {
    act();
    if (!(co_await ready())) {  // lost
        co_return 1;
    }
    co_return 2;
}

auto trailing_return_type(int parameter) -> Task<> {
    while (co_await count() < parameter--) act();  // lost
}

Task<std::string> with_parameters_that_own_memory(std::string text, std::vector<int> numbers) {
    if (co_await ready()) act(numbers.front());  // lost
    co_return text;
}

Task<> do_while() {
    do {
        act();
    } while (co_await ready());  // lost
}

Task<> for_without_declaration() {
    for (; co_await ready();) act();  // lost
}

Task<> switch_on_an_await() {
    switch (co_await count()) {  // lost
        case 1:
            act();
    }
}

Task<> within_other_blocks(bool wanted) {
    try {
        if (wanted) {
            act();
        } else if (co_await ready()) {  // lost
            act();
        }
    } catch (...) {
        act();
    }
}

Task<> in_a_loop_without_condition() {
    while (true) {
        if (co_await ready()) break;  // lost
    }
}

Task<> after_another_await() {
    co_await ready();
    static_assert(true);
    rows()[0] = 1;
    if (ready_now() && co_await ready()) act();  // lost
}

Task<> within_an_expression() {
    if ((co_await ready() ? 1 : 0) == 1) act();  // lost
}

class Type {
  public:
    Task<> member_function() const {
        if (co_await this->ask("if (int i = 0)")) act();  // lost
    }
    Task<bool> ask(const char* question) const { return ready(question); }
};

template <class T>
Task<> function_template(T wanted) {
    if (wanted && co_await ready()) act();  // lost
}

Task<> comparing_is_no_declaration(int a, int b) {
    act(a < b);
    rows().clear();
    act(a);
    a = b;
    delete static_cast<int*>(nullptr);
    if (co_await ready()) act();  // lost
}

Task<> local_before() {
    int local = 1;
    if (co_await ready()) act(local);
}

Task<> local_after() {
    if (co_await ready()) act();
    std::vector<std::pair<int, std::string>> unused;
}

Task<> local_in_a_nested_block() {
    if (co_await ready()) {
        const auto* row = "row";
        act(row[0]);
    }
}

Task<> local_of_a_named_type() {
    std::map<int, std::string> found;
    if (co_await ready()) act();
}

Task<> local_in_the_condition() {
    if (const int value = co_await count()) act(value);
}

Task<> local_in_an_initializer() {
    if (int value = 1; value == co_await count()) act();
}

Task<> local_of_a_for() {
    for (int i = 0; i < co_await count(); ++i) act();
}

Task<> local_of_a_range_for() {
    for (const int row : rows()) act(row);
    if (co_await ready()) act();
}

Task<> structured_binding() {
    auto [one, two] = std::pair{1, 2};
    if (co_await ready()) act(one + two);
}

Task<> caught_exception() {
    try {
        act();
    } catch (const std::exception&) {
        act();
    }
    if (co_await ready()) act();
}

Task<> in_a_lambda() {
    const auto body = [](int parameter) -> Task<> {
        if (co_await count() == parameter) act();
    };
    co_await body(1);
}

Task<> in_a_lambda_argument() {
    co_await ask([&]() -> Task<> {
        act();
        while (co_await ready()) {
        }
    });
}

Task<> in_a_lambda_template() {
    co_await ask([]<class... T>(T...) mutable noexcept -> Task<> {
        if (co_await ready()) act();
    });
}

Task<> a_lambda_is_a_declaration() {
    [] {}();
    if (co_await ready()) act();
}

Task<> a_lambda_in_the_condition() {
    if (co_await ask([]() -> Task<> { co_return; })) act();
}

Task<> an_alias_is_a_declaration() {
    using std::string;
    if (co_await ready()) act();
}

Task<> a_check_declares_a_variable() {
    EXPECT_EQ(co_await count(), 1);
    if (co_await ready()) act();
}

Task<> await_outside_of_conditions() {
    co_await ready();
    if (ready_now()) co_await ready();
    for (; ready_now(); co_await count()) act();
    co_await ready() ? act() : act(2);
    for (char digit = '1'; digit < 2'0; ++digit)
        act(
            sizeof("\"{"
                   R"({ if (co_await ready()) })"));
}

using Sample = void (*)();

/// Whether it does what is written.
bool runs(Sample sample) {
    acts = 0;
    try {
        sample();
    } catch (const databased::UsageError&) {
        EXPECT_EQ(acts, 0) << "it went on for a while";
        return false;
    }
    return true;
}

const std::map<std::string, Sample> lost{
    {"if_without_braces", [] { run(if_without_braces()); }},
    {"if_on_a_late_await", [] { run(if_on_a_late_await()); }},
    {"if_with_braces", [] { run(if_with_braces()); }},
    {"trailing_return_type", [] { run(trailing_return_type(3)); }},
    {"with_parameters_that_own_memory",
     [] { run(with_parameters_that_own_memory(std::string(100, 'x'), std::vector<int>(100))); }},
    {"do_while", [] { run(do_while()); }},
    {"for_without_declaration", [] { run(for_without_declaration()); }},
    {"switch_on_an_await", [] { run(switch_on_an_await()); }},
    {"within_other_blocks", [] { run(within_other_blocks(false)); }},
    {"in_a_loop_without_condition", [] { run(in_a_loop_without_condition()); }},
    {"after_another_await", [] { run(after_another_await()); }},
    {"within_an_expression", [] { run(within_an_expression()); }},
    {"member_function", [] { run(Type{}.member_function()); }},
    {"function_template", [] { run(function_template(true)); }},
    {"comparing_is_no_declaration", [] { run(comparing_is_no_declaration(1, 2)); }},
};

const std::map<std::string, Sample> fine{
    {"local_before", [] { run(local_before()); }},
    {"local_after", [] { run(local_after()); }},
    {"local_in_a_nested_block", [] { run(local_in_a_nested_block()); }},
    {"local_of_a_named_type", [] { run(local_of_a_named_type()); }},
    {"local_in_the_condition", [] { run(local_in_the_condition()); }},
    {"local_in_an_initializer", [] { run(local_in_an_initializer()); }},
    {"local_of_a_for", [] { run(local_of_a_for()); }},
    {"local_of_a_range_for", [] { run(local_of_a_range_for()); }},
    {"structured_binding", [] { run(structured_binding()); }},
    {"caught_exception", [] { run(caught_exception()); }},
    {"in_a_lambda", [] { run(in_a_lambda()); }},
    {"in_a_lambda_argument", [] { run(in_a_lambda_argument()); }},
    {"in_a_lambda_template", [] { run(in_a_lambda_template()); }},
    {"a_lambda_is_a_declaration", [] { run(a_lambda_is_a_declaration()); }},
    {"a_lambda_in_the_condition", [] { run(a_lambda_in_the_condition()); }},
    {"an_alias_is_a_declaration", [] { run(an_alias_is_a_declaration()); }},
    {"a_check_declares_a_variable", [] { run(a_check_declares_a_variable()); }},
    {"await_outside_of_conditions", [] { run(await_outside_of_conditions()); }},
};

TEST(BrokenCoroutine, IsRefusedWhenItIsCalled) {
    for (const auto& [name, sample] : lost) EXPECT_EQ(runs(sample), compiler_is_sound) << name;
}

TEST(BrokenCoroutine, HasCousinsThatRun) {
    for (const auto& [name, sample] : fine) EXPECT_TRUE(runs(sample)) << name;
}

TEST(BrokenCoroutine, SaysWhatToWriteInstead) {
    if (compiler_is_sound) return;
    std::string message;
    try {
        const auto task = if_without_braces();
    } catch (const databased::UsageError& error) {
        message = error.what();
    }
    EXPECT_NE(message.find("g++ 12"), std::string::npos);
    EXPECT_NE(message.find("const auto value = co_await"), std::string::npos);
}

}  // namespace
