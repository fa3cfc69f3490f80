#include "model/program.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>

namespace model {

using namespace databased;
using namespace std::chrono_literals;

namespace {

constexpr const char* insert_row = "INSERT INTO ledger (id, owner) VALUES (?, ?)";
constexpr std::size_t deepest = 4;

/// What a body throws that has changed its mind.
struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed its mind") {}
};

enum class End { success, changed_mind, unknown, failed };

End end_of(const std::exception_ptr& error) {
    if (!error) return End::success;
    try {
        std::rethrow_exception(error);
    } catch (const ChangedMyMind&) {
        return End::changed_mind;
    } catch (const CommitUnknownError&) {
        return End::unknown;
    } catch (...) {
        return End::failed;
    }
}

std::string text_of(const std::exception_ptr& error) {
    if (!error) return "ok";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

/// What `task` throws, or null.
Task<std::exception_ptr> error_of(Task<> task) {
    std::exception_ptr error;
    try {
        co_await std::move(task);
    } catch (...) {
        error = std::current_exception();
    }
    co_return error;
}

template <class T>
Task<> drop(Task<T> task) {
    co_await std::move(task);
}

}  // namespace

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
    switch (pick(6)) {
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
        default:
            co_await scoped();
            break;
    }
}

// Without a session

Task<> Program::autocommitted() {
    const int id = next_id_++;
    const bool in_haste = chance(40);
    auto statement = drop(database_.execute(insert_row, id, first_id_));
    if (in_haste) statement = with_timeout(std::chrono::microseconds{pick(1500)}, std::move(statement));
    is_disturbed_ = is_disturbed_ || in_haste;
    const auto error = co_await error_of(std::move(statement));
    tell("autocommitted insert of " + std::to_string(id) + (in_haste ? " in haste: " : ": ") + text_of(error));
    if (!is_expected(error)) complain("unexpected: " + text_of(error));
    const Level level{.rows = {{id, true}}};
    if (!error) ledger_.committed(level);
    if (end_of(error) == End::unknown) ledger_.unknown(level);
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
    const auto error = co_await error_of(drop(database_.execute_many(insert_row, items)));
    tell("execute_many of " + std::to_string(items.size()) + ": " + text_of(error));
    if (!is_expected(error)) complain("unexpected: " + text_of(error));
    if (!error && fails) complain("a row was inserted twice");
    if (!error) ledger_.committed(level);
    if (end_of(error) == End::unknown) ledger_.unknown(level);
}

Task<> Program::read() {
    std::optional<std::int64_t> count;
    const auto ask = [&]() -> Task<> {
        const char* const sql = "SELECT count(*) FROM ledger WHERE owner = ?";
        if (chance(50)) {
            count = co_await database_.reader().fetch_val<std::int64_t>(sql, first_id_);
        } else {
            count = co_await database_.fetch_val<std::int64_t>(sql, first_id_);
        }
    };
    const auto error = co_await error_of(ask());
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
    tell("scope of " + std::to_string(options.attempts) + " attempts {");
    const auto work = [&](Session& session) -> Task<> {
        levels.assign(1, {});
        co_await body(session, levels);
    };
    const auto error = co_await error_of(database_.session(options, work));
    tell("} scope: " + text_of(error));
    if (!is_expected(error)) complain("unexpected: " + text_of(error));
    if (levels.empty()) co_return;
    if (!error) ledger_.committed(levels.front());
    if (end_of(error) == End::unknown) ledger_.unknown(levels.front());
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
        if (how < 2 && !end) ledger_.committed(levels.front());
        if (how < 2 && end_of(end) == End::unknown) ledger_.unknown(levels.front());
        if (end) co_await error_of(session.rollback());
    }
    if (chance(50)) co_await error_of(session.close());
}

Task<> Program::body(Session& session, std::vector<Level>& levels) {
    if (levels.size() == 1) co_await expect_clean(session);
    const int steps = 1 + pick(4);
    for (int i = 0; i < steps; ++i) co_await step(session, levels);
    if (chance(15)) throw ChangedMyMind();
}

Task<> Program::step(Session& session, std::vector<Level>& levels) {
    switch (pick(12)) {
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
        default:
            co_await insert(session, levels.back());
            break;
    }
}

Task<> Program::insert(Executor& executor, Level& level) {
    const int id = next_id_++;
    tell("  insert of " + std::to_string(id));
    co_await executor.execute(insert_row, id, first_id_);
    level.rows[id] = true;
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
    co_await session.execute(insert_row, id, first_id_);
    levels.back().rows[id] = true;
    const auto again = [&](Session& inner) -> Task<> { co_await inner.execute(insert_row, id, first_id_); };
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
    const auto count =
        co_await session.fetch_val<std::int64_t>("SELECT count(*) FROM ledger WHERE owner = ?", first_id_);
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
        co_await session.execute(insert_row, id, first_id_);
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
    static constexpr const char* on_postgresql[] = {
        "SET application_name = 'left behind'", "SELECT set_config('application_name', 'left behind', false)",
        "CREATE TEMPORARY TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY, owner INTEGER) ON COMMIT PRESERVE ROWS",
        "SELECT pg_try_advisory_lock(42)"};
    static constexpr const char* in_sqlite[] = {
        "PRAGMA cache_size = 77", "CREATE TEMPORARY TABLE IF NOT EXISTS other (id INTEGER)",
        "CREATE TEMPORARY VIEW IF NOT EXISTS some_view AS SELECT 1", "PRAGMA recursive_triggers = ON"};
    const char* const sql = on_sqlite() ? in_sqlite[pick(4)] : on_postgresql[pick(2) * (pick(2) == 0 ? 1 : 3)];
    tell(std::string{"  trace: "} + sql);
    co_await session.execute(sql);
}

Task<> Program::expect_clean(Session& session) {
    const char* const sql =
        on_sqlite()
            ? "SELECT (SELECT count(*) FROM sqlite_temp_master) + (SELECT cache_size = 77 FROM pragma_cache_size()) "
              "+ (SELECT recursive_triggers FROM pragma_recursive_triggers())"
            : "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) + "
              "(current_setting('application_name') = 'left behind')::int + "
              "(SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema())";
    const auto traces = co_await session.fetch_val<std::int64_t>(sql);
    if (traces != 0) complain("something of another user of the connection is there");
}

void Program::add_hook(Session& session, Level& level) {
    const int hook = next_hook_++;
    tell("  hook " + std::to_string(hook));
    session.after_commit([this, hook] { ledger_.called(hook); });
    level.hooks.push_back(hook);
}

}  // namespace model
