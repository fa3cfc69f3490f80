// What a program does inside a session.
#include "model/errors.hpp"
#include "model/program.hpp"
#include "model/statements.hpp"

namespace model {

using namespace databased;

namespace {

constexpr std::size_t deepest = 4;

}  // namespace

Task<> Program::body(Session& session, std::vector<Level>& levels) {
    if (levels.size() == 1) co_await expect_clean(session);
    const int steps = 1 + pick(4);
    for (int i = 0; i < steps; ++i) co_await step(session, levels);
    if (chance(15)) throw ChangedMyMind();
}

Task<> Program::step(Session& session, std::vector<Level>& levels) {
    switch (pick(14)) {
        case 0:
            co_await insert_in_time(session, levels);
            break;
        case 1:
            co_await insert_twice(session, levels);
            break;
        case 2:
            co_await remove(session, levels);
            break;
        case 3:
            co_await look(session, levels);
            break;
        case 4:
        case 5:
            if (levels.size() < deepest) co_await child_scoped(session, levels);
            break;
        case 6:
            if (levels.size() < deepest) co_await child_by_hand(session, levels);
            break;
        case 7:
            if (chance(25)) co_await end_by_database(session, levels);
            break;
        case 8:
            add_hook(session, levels.back());
            break;
        case 9:
            if (chance(40)) co_await leave_trace(session);
            break;
        case 10:
            if (chance(30)) co_await insert_orphan(session, levels.back());
            break;
        case 11:
            co_await insert_two(session, levels.back());
            break;
        default:
            co_await insert(session, levels.back());
            break;
    }
}

Task<> Program::insert(Executor& executor, Level& level) {
    const int id = next_id_++;
    tell("  insert of " + std::to_string(id));
    co_await executor.execute(sql::insert_row, id, first_id_);
    level.rows[id] = true;
}

/// COMMIT is what fails, unless it is rolled back before.
Task<> Program::insert_orphan(Session& session, Level& level) {
    is_disturbed_ = true;
    const int id = next_id_++;
    tell("  insert of orphan " + std::to_string(id));
    co_await session.execute(sql::insert_orphan, id, first_id_);
    level.rows[id] = true;
    level.is_refused = true;
}

/// At once, on one connection.
Task<> Program::insert_two(Session& session, Level& level) {
    co_await when_all(insert(session, level), insert(session, level));
}

/// The time limit may end it, or come too late: the answer says which.
Task<> Program::insert_in_time(Session& session, std::vector<Level>& levels) {
    is_disturbed_ = true;
    co_await with_timeout(std::chrono::microseconds{pick(1200)}, insert(session, levels.back()));
}

/// Some databases take no more statements of the transaction then, but those of a child are only its own.
Task<> Program::insert_twice(Session& session, std::vector<Level>& levels) {
    const bool in_child = chance(60);
    is_disturbed_ = is_disturbed_ || !in_child;
    const int id = next_id_++;
    tell(std::string{"  double insert of "} + std::to_string(id) + (in_child ? " in a child" : ""));
    co_await session.execute(sql::insert_row, id, first_id_);
    levels.back().rows[id] = true;
    const auto again = [&](Session& inner) -> Task<> { co_await inner.execute(sql::insert_row, id, first_id_); };
    Task<> twice = in_child ? session.transaction(again) : again(session);
    const auto error = co_await error_of(std::move(twice));
    if (!error) complain("row " + std::to_string(id) + " was inserted twice");
}

Task<> Program::remove(Session& session, std::vector<Level>& levels) {
    int id = -1;
    for (const auto& [candidate, is_there] : ledger_.rows()) {
        bool is_untouched = is_there && !ledger_.is_in_doubt(candidate);
        for (const Level& level : levels) is_untouched = is_untouched && level.rows.count(candidate) == 0;
        if (is_untouched) id = candidate;
    }
    if (id < 0) co_return;
    tell("  delete of " + std::to_string(id));
    const Result result = co_await session.execute("DELETE FROM ledger WHERE id = ?", id);
    if (result.rows_affected != 1) complain("row " + std::to_string(id) + " was not there to be deleted");
    levels.back().rows[id] = false;
}

Task<> Program::look(Session& session, const std::vector<Level>& levels) {
    const auto count = co_await session.fetch_val<std::int64_t>(sql::count_rows, first_id_);
    std::map<int, bool> visible = ledger_.rows();
    for (const Level& level : levels) {
        for (const auto& [id, is_there] : level.rows) visible[id] = is_there;
    }
    std::int64_t expected = 0;
    for (const auto& [id, is_there] : visible) expected += is_there ? 1 : 0;
    if (ledger_.is_definite() && count != expected) complain("the session sees other rows than it was told");
}

Task<> Program::child_scoped(Session& session, std::vector<Level>& levels) {
    tell("  child {");
    levels.emplace_back();
    const std::size_t depth = levels.size();
    const auto work = [&](Session& child) -> Task<> { co_await body(child, levels); };
    const auto error = co_await error_of(session.transaction(work));
    tell("  } child: " + text_of(error));
    levels.resize(depth);
    const Level level = std::move(levels.back());
    levels.pop_back();
    if (!is_expected(error)) complain("unexpected: " + text_of(error));
    if (!error) levels.back().add(level);
    if (end_of(error) == End::failed) std::rethrow_exception(error);
}

/// Committed, rolled back, closed, or forgotten with what was done in it.
Task<> Program::child_by_hand(Session& session, std::vector<Level>& levels) {
    Level level;
    const int how = pick(4);
    static constexpr const char* hows[] = {"committed", "rolled back", "closed", "forgotten"};
    tell(std::string{"  child, to be "} + hows[how]);
    Session child = session.transaction();
    co_await insert(child, level);
    if (chance(30)) add_hook(child, level);
    if (how == 0) co_await child.commit();
    if (how == 1) co_await child.rollback();
    if (how == 2) co_await child.close();
    if (how == 0) levels.back().add(level);
}

/// The transaction ends in the middle of the session: by its server, or by SQLite itself.
Task<> Program::end_by_database(Session& session, std::vector<Level>& levels) {
    is_disturbed_ = true;
    tell("  ended by the database");
    if (on_sqlite()) {
        const int id = next_id_++;
        co_await session.execute(sql::insert_row, id, first_id_);
        levels.back().rows[id] = true;
        const auto error = co_await error_of(
            drop(session.execute("INSERT OR ROLLBACK INTO ledger (id, owner) VALUES (?, ?)", id, first_id_)));
        if (!error) complain("row " + std::to_string(id) + " was inserted twice");
    } else {
        const auto process = co_await session.fetch_val<int>("SELECT pg_backend_pid()");
        co_await control_.execute("SELECT pg_terminate_backend(?)", *process);
    }
}

/// For nobody else to find.
Task<> Program::leave_trace(Session& session) {
    const std::string text = traces().of_kind(pick(Traces::kinds), next_id_++);
    tell("  trace: " + text);
    co_await session.execute(text);
}

Task<> Program::expect_clean(Executor& executor) {
    const auto traces_there = co_await executor.fetch_val<std::int64_t>(traces().count());
    if (traces_there != 0) complain("the connection is not as the connect hook has left it");
}

void Program::add_hook(Session& session, Level& level) {
    const int hook = next_hook_++;
    tell("  hook " + std::to_string(hook));
    session.after_commit([this, hook] { ledger_.called(hook); });
    level.hooks.push_back(hook);
}

}  // namespace model
