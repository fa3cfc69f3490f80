#include "model/program.hpp"
#include "model/errors.hpp"
#include "model/statements.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

namespace model {

using namespace databased;

Program::Program(Database& database, Database& control, std::uint32_t seed, int first_id, Faults faults)
    : database_(database), control_(control), random_(seed), first_id_(first_id), next_id_(first_id), faults_(faults) {}

Task<> Program::run() {
    const int units = 1 + pick(4);
    for (int i = 0; i < units; ++i) {
        is_disturbed_ = faults_.connections_are_lost;
        co_await unit();
    }
}

/// Where nothing was done that could make a statement fail, none may.
bool Program::is_expected(const std::exception_ptr& error) {
    const End end = end_of(error);
    return end == End::success || end == End::changed_mind || is_disturbed_;
}

Task<> Program::unit() {
    switch (pick(10)) {
        case 0:
            co_await autocommitted();
            break;
        case 1:
            co_await many();
            break;
        case 2:
            co_await read();
            break;
        case 3:
            co_await by_hand();
            break;
        case 4:
            if (on_sqlite() || chance(80)) {
                co_await returning();
            } else {
                co_await call_function();
            }
            break;
        case 5:
            co_await stray();
            break;
        case 6:
            co_await crowd();
            break;
        default:
            co_await scoped();
            break;
    }
}

// Without a session

/// With a time limit now and then, which may come at any moment.
Task<> Program::in_haste(int percent, Task<> work) {
    if (chance(percent)) {
        is_disturbed_ = true;
        tell(" in haste:");
        work = with_timeout(std::chrono::microseconds{pick(1500)}, std::move(work));
    }
    co_await std::move(work);
}

/// Keeps what was told of work that is one unit.
void Program::note(const Level& unit, const std::exception_ptr& error) {
    if (!is_expected(error)) complain("unexpected: " + text_of(error));
    if (!error && unit.is_refused) complain("what the database has to refuse was committed");
    if (!error) ledger_.committed(unit);
    if (end_of(error) == End::unknown) ledger_.unknown(unit);
}

Task<> Program::autocommitted() {
    const int id = next_id_++;
    const bool is_orphan = chance(15);
    is_disturbed_ = is_disturbed_ || is_orphan;
    tell(std::string{"autocommitted insert of "} + (is_orphan ? "orphan " : "") + std::to_string(id));
    auto statement = drop(database_.execute(is_orphan ? sql::insert_orphan : sql::insert_row, id, first_id_));
    const auto error = co_await error_of(in_haste(40, std::move(statement)));
    tell("  " + text_of(error));
    note({.rows = {{id, true}}, .is_refused = is_orphan}, error);
}

/// Of many rows one is wanted: all of them are inserted.
Task<> Program::returning() {
    const int first = next_id_;
    next_id_ += 1 + pick(60);
    Level level;
    for (int id = first; id < next_id_; ++id) level.rows[id] = true;
    tell("autocommitted insert of " + std::to_string(first) + " to " + std::to_string(next_id_ - 1));
    auto statement = drop(database_.fetch_val<int>(sql::insert_range, first, next_id_ - 1, first_id_));
    const auto error = co_await error_of(in_haste(40, std::move(statement)));
    tell("  " + text_of(error));
    note(level, error);
}

/// The same of a statement that looks like a read.
Task<> Program::call_function() {
    const int id = next_id_++;
    tell("autocommitted call that inserts " + std::to_string(id));
    auto statement = drop(database_.fetch_val<int>(sql::insert_by_function, id, first_id_));
    const auto error = co_await error_of(in_haste(20, std::move(statement)));
    tell("  " + text_of(error));
    note({.rows = {{id, true}}}, error);
}

/// Who has no session leaves nothing either.
Task<> Program::stray() {
    const std::string text = traces().of_kind(pick(Traces::kinds), next_id_++);
    const auto error = co_await error_of(drop(database_.execute(text)));
    tell("trace of nobody: " + text + ": " + text_of(error));
    if (!is_expected(error) && !is<NotSupportedError>(error)) complain("unexpected: " + text_of(error));
    const auto looked = co_await error_of(expect_clean(database_));
    if (!is_expected(looked)) complain("unexpected: " + text_of(looked));
}

/// Many at once, who may share connections and transactions: what one asks for is nothing to the others.
Task<> Program::crowd() {
    const int size = 2 + pick(12);
    tell("crowd of " + std::to_string(size));
    std::vector<Task<>> branches;
    for (int i = 0; i < size; ++i) branches.push_back(one_of_crowd());
    co_await when_all(std::move(branches));
}

Task<> Program::one_of_crowd() {
    const bool in_haste = chance(30);
    const auto limit = std::chrono::microseconds{pick(1000)};
    Level level;
    const int id = next_id_++;
    Task<> work = read_or_insert(id, level);
    if (in_haste) work = with_timeout(limit, std::move(work));
    const auto error = co_await error_of(std::move(work));
    if (in_haste) is_disturbed_ = true;
    if (error && !in_haste && !faults_.connections_are_lost) complain("unexpected: " + text_of(error));
    if (!error) ledger_.committed(level);
    if (end_of(error) == End::unknown) ledger_.unknown(level);
}

Task<> Program::read_or_insert(int id, Level& level) {
    if (chance(60)) {
        co_await database_.fetch_val<std::int64_t>(sql::count_rows_slowly, first_id_);
    } else {
        level.rows[id] = true;
        co_await database_.execute(sql::insert_row, id, first_id_);
    }
}

Task<> Program::many() {
    std::vector<std::tuple<int, int>> items;
    Level level;
    const int count = 1 + pick(5);
    for (int i = 0; i < count; ++i) {
        items.emplace_back(next_id_, first_id_);
        level.rows[next_id_++] = true;
    }
    const bool fails = chance(30);
    if (fails) items.push_back(items.front());
    is_disturbed_ = is_disturbed_ || fails;
    const auto error = co_await error_of(drop(database_.execute_many(sql::insert_row, items)));
    tell("execute_many of " + std::to_string(items.size()) + ": " + text_of(error));
    level.is_refused = fails;
    note(level, error);
}

Task<> Program::read() {
    std::optional<std::int64_t> count;
    const auto ask = [&]() -> Task<> {
        if (chance(50)) {
            count = co_await database_.reader().fetch_val<std::int64_t>(sql::count_rows, first_id_);
        } else {
            count = co_await database_.fetch_val<std::int64_t>(sql::count_rows, first_id_);
        }
    };
    const auto error = co_await error_of(in_haste(25, ask()));
    tell("read of " + (count ? std::to_string(*count) : "nothing") + " rows: " + text_of(error));
    if (!is_expected(error)) complain("unexpected: " + text_of(error));
    std::int64_t expected = 0;
    for (const auto& [id, is_there] : ledger_.rows()) expected += is_there ? 1 : 0;
    if (!error && ledger_.is_definite() && count != expected)
        complain("read another number of rows than were committed");
}

// Sessions

Task<> Program::scoped() {
    std::vector<Level> levels;
    SessionOptions options;
    options.attempts = chance(50) ? 3 : 1;
    if (chance(10)) options.deadline = std::chrono::microseconds{1 + pick(5'000)};
    is_disturbed_ = is_disturbed_ || options.deadline;
    tell("scope of " + std::to_string(options.attempts) + " attempts {");
    const auto work = [&](Session& session) -> Task<> {
        levels.assign(1, {});
        co_await body(session, levels);
    };
    const auto error = co_await error_of(in_haste(15, database_.session(options, work)));
    tell("} scope: " + text_of(error));
    levels.resize(std::max<std::size_t>(levels.size(), 1));
    note(levels.front(), error);
}

Task<> Program::by_hand() {
    Session session = database_.session();
    const int rounds = 1 + pick(2);
    for (int round = 0; round < rounds; ++round) {
        std::vector<Level> levels(1);
        tell("by hand {");
        auto error = co_await error_of(body(session, levels));
        const int how = pick(4);
        tell("} by hand: " + text_of(error) + (how < 2 ? ", commit" : how == 2 ? ", rollback" : ", close"));
        if (!is_expected(error)) complain("unexpected: " + text_of(error));
        if (how == 3) break;  // destroyed, or closed
        Task<> ending = how < 2 ? session.commit() : session.rollback();
        const auto end = co_await error_of(std::move(ending));
        tell("  ended: " + text_of(end));
        if (!is_expected(end) && !error) complain("unexpected: " + text_of(end));
        if (how < 2 && !end && levels.front().is_refused) complain("what the database has to refuse was committed");
        if (how < 2 && !end) ledger_.committed(levels.front());
        if (how < 2 && end_of(end) == End::unknown) ledger_.unknown(levels.front());
        if (end) co_await error_of(session.rollback());
    }
    if (chance(50)) co_await error_of(session.close());
}

}  // namespace model
