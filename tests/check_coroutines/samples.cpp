// What scripts/check-coroutines must find, marked with "lost", and what it must leave alone. Each sample was tried with
// g++ 12.2: the marked ones never run. This file is read by the script, it is not compiled.

Task<> if_without_braces() {
    if (co_await ready()) act();  // lost
}

Task<int> if_with_braces() {
    act();
    if (!(co_await ready())) {  // lost
        co_return 1;
    }
    co_return 2;
}

auto trailing_return_type(int parameter) -> Task<> {
    while (co_await count() < parameter) act();  // lost
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
    table[0] = 1;
    if (ready_now() && co_await ready()) act();  // lost
}

Task<> Type::member_function() const {
    if (co_await this->ready("if (int i = 0)")) act();  // lost
}

Task<> in_a_lambda() {
    auto body = [](Session& session) -> Task<> {
        if (co_await session.ready()) act();  // lost
    };
    co_await body(session);
}

Task<> in_a_lambda_argument() {
    co_await run([&]() -> Task<> {
        act();
        // int comment = 0;
        while (co_await ready()) {  // lost
        }
    });
}

Task<> comparing_is_no_declaration(int a, int b) {
    a < b;
    values.size();
    function(a);
    a = b;
    delete pointer;
    if (co_await ready()) act();  // lost
}

Task<> local_before() {
    int local = 1;
    if (co_await ready()) act(local);
}

Task<> local_after() {
    if (co_await ready()) act();
    std::vector<std::pair<int, std::string>> rows;
}

Task<> local_in_a_nested_block() {
    if (co_await ready()) {
        const auto* row = rows();
        act(row);
    }
}

Task<> local_of_a_named_type() {
    databased::Session session(database);
    if (co_await session.ready()) act();
}

Task<> local_in_the_condition() {
    if (const int value = co_await count()) act(value);
}

Task<> local_in_an_initializer() {
    if (Value value = now(); value == co_await count()) act();
}

Task<> local_of_a_for() {
    for (std::size_t i = 0; i < co_await count(); ++i) act();
}

Task<> local_of_a_range_for() {
    for (Row& row : rows()) act(row);
    if (co_await ready()) act();
}

Task<> structured_binding() {
    auto [one, two] = pair();
    if (co_await ready()) act();
}

Task<> caught_exception() {
    try {
        act();
    } catch (const Error&) {
    }
    if (co_await ready()) act();
}

Task<> a_lambda_is_a_declaration() {
    act([] {});
    if (co_await ready()) act();
}

Task<> a_lambda_in_the_condition() {
    if (co_await ready([]() -> Task<> { co_return; })) act();
}

Task<> an_alias_is_a_declaration() {
    using databased::arg;
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
    co_await ready() ? act() : rest();
    for (char digit = '1'; digit < 2'000; ++digit) act("\"{", R"({ if (co_await ready()) })");
}
