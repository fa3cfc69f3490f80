// Queries that are asked again when their tables change.
#include "support/differences.hpp"
#include "support/films.hpp"
#include "support/thrown.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using support::ChangedMyMind;
using support::fresh_database;

CONFORMANCE_SUITE(LiveQueries);

struct Todo {
    std::int64_t id;
    std::string title;
    bool done;
};

const Table todos = table<Todo>("Todo list", primary_key(&Todo::id));

struct Step {
    std::int64_t id;
    std::int64_t todo;
};

const Table steps =
    table<Step>("steps", primary_key(&Step::id), foreign_key(&Step::todo, todos, &Todo::id).on_delete(Action::cascade));

/// A watchable table of what is to be done.
Task<Database> todo_database(Options options = {}) {
    auto database = co_await fresh_database({}, options);
    co_await database.create_tables(todos, steps);
    co_await database.make_watchable(todos, steps);
    co_return database;
}

Task<> add(Executor& to, std::int64_t id, std::string title = "something") {
    const Todo todo{id, std::move(title), false};
    co_await to.execute(insert_into(todos).values(todo));
}

template <class T>
Task<Snapshot<T>> soon(Watch<T>& watch) {
    return with_timeout(10s, watch.next());
}

/// How many rows the next snapshot has.
template <class T>
Task<std::size_t> next_size(Watch<T>& watch) {
    const Snapshot<T> snapshot = co_await soon(watch);
    EXPECT_FALSE(snapshot.may_have_missed);
    co_return snapshot.rows.size();
}

template <class T>
Task<> expect_no_news(Watch<T>& watch) {
    EXPECT_THROW(co_await with_timeout(150ms, watch.next()), TimeoutError);
}

CONFORMANCE_TEST(LiveQueries, GiveTheirRowsAtOnce) {
    auto database = co_await todo_database();
    co_await add(database, 1, "one");
    auto watch = database.watch(select(todos));

    const Snapshot<Todo> now = co_await soon(watch);

    EXPECT_EQ(now.rows.size(), 1U);
    EXPECT_EQ(now.rows.at(0).title, "one");
    EXPECT_FALSE(now.may_have_missed);
}

CONFORMANCE_TEST(LiveQueries, GiveTheirRowsAgainAfterEachKindOfChange) {
    auto database = co_await todo_database();
    auto watch = database.watch(select(todos).where(todos[&Todo::done] == false));
    EXPECT_EQ(co_await next_size(watch), 0U);

    co_await add(database, 1);
    EXPECT_EQ(co_await next_size(watch), 1U);
    co_await database.execute("UPDATE \"Todo list\" SET done = ?", true);
    EXPECT_EQ(co_await next_size(watch), 0U);
    co_await database.execute("UPDATE \"Todo list\" SET done = ?", false);
    EXPECT_EQ(co_await next_size(watch), 1U);
    co_await database.execute(support::sql("DELETE FROM \"Todo list\"", "TRUNCATE \"Todo list\" CASCADE"));
    EXPECT_EQ(co_await next_size(watch), 0U);
}

CONFORMANCE_TEST(LiveQueries, SeeWhatIsCommittedOnly) {
    auto database = co_await todo_database();
    auto watch = database.watch(select(todos));
    EXPECT_EQ(co_await next_size(watch), 0U);
    const auto changes_its_mind = [](Session& session) -> Task<> {
        co_await add(session, 1);
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(changes_its_mind), ChangedMyMind);
    co_await expect_no_news(watch);
    Session session = database.session();
    co_await add(session, 2);
    co_await expect_no_news(watch);
    co_await session.commit();

    EXPECT_EQ(co_await next_size(watch), 1U);
}

CONFORMANCE_TEST(LiveQueries, SayNothingOfRowsThatAreTheSame) {
    auto database = co_await todo_database();
    co_await add(database, 1);
    auto watch = database.watch(select(todos));
    EXPECT_EQ(co_await next_size(watch), 1U);

    co_await database.execute("UPDATE \"Todo list\" SET done = done");
    co_await database.execute("DELETE FROM \"Todo list\" WHERE id = 7");

    co_await expect_no_news(watch);
}

CONFORMANCE_TEST(LiveQueries, SeeWhatACascadeDoes) {
    auto database = co_await todo_database();
    co_await add(database, 1);
    co_await database.execute("INSERT INTO steps VALUES (1, 1)");
    auto watch = database.watch(select(steps));
    EXPECT_EQ(co_await next_size(watch), 1U);

    co_await database.execute("DELETE FROM \"Todo list\" WHERE id = 1");

    EXPECT_EQ(co_await next_size(watch), 0U);
}

CONFORMANCE_TEST(LiveQueries, LookAtAllTheirTables) {
    auto database = co_await todo_database();
    auto watch = database.watch(
        select(todos[&Todo::id]).where(exists(select(steps).where(steps[&Step::todo] == todos[&Todo::id]))));
    EXPECT_EQ(co_await next_size(watch), 0U);

    co_await add(database, 1);
    co_await database.execute("INSERT INTO steps VALUES (1, 1)");

    EXPECT_EQ(co_await next_size(watch), 1U);
}

CONFORMANCE_TEST(LiveQueries, AreWrittenInSqlWithTheirTables) {
    auto database = co_await todo_database();
    auto watch = database.watch<std::int64_t>(watching(todos), "SELECT id FROM \"Todo list\" WHERE id > ?", 5);
    EXPECT_EQ(co_await next_size(watch), 0U);

    co_await add(database, 1);
    co_await add(database, 7);

    const auto now = co_await soon(watch);
    EXPECT_EQ(now.rows, std::vector<std::int64_t>{7});
}

CONFORMANCE_TEST(LiveQueries, GiveTheNewestRowsToWhoIsSlow) {
    auto database = co_await todo_database();
    auto watch = database.watch(select(todos));
    EXPECT_EQ(co_await next_size(watch), 0U);

    for (int i = 0; i < 50; ++i) co_await add(database, i);
    auto size = co_await next_size(watch);
    while (size != 50) size = co_await next_size(watch);

    co_await expect_no_news(watch);
}

CONFORMANCE_TEST(LiveQueries, LoseNothingOnWhoStopsWaiting) {
    auto database = co_await todo_database();
    auto watch = database.watch(select(todos));
    EXPECT_EQ(co_await next_size(watch), 0U);

    for (int i = 1; i <= 30; ++i) {
        co_await add(database, i);
        try {
            static_cast<void>(co_await with_timeout(std::chrono::microseconds{100 * i}, watch.next()));
        } catch (const TimeoutError&) {
            // asked again below
        }
    }
    co_await add(database, 100);
    auto size = co_await next_size(watch);
    while (size != 31) size = co_await next_size(watch);
}

/// Against polling: what is seen last is what is there, whoever writes how much meanwhile.
CONFORMANCE_TEST(LiveQueries, MissNothingUnderLoad) {
    auto database = co_await todo_database();
    auto other = co_await fresh_database();
    constexpr int writers = 4;
    constexpr int each = 50;
    int done = 0;
    const auto write = [&](Database& into, int first) -> Task<> {
        for (int i = 0; i < each; ++i) co_await add(into, first + i);
        ++done;
    };
    const auto look = [&]() -> Task<> {
        auto watch = database.watch<std::int64_t>(watching(todos), "SELECT count(*) FROM \"Todo list\"");
        std::int64_t seen = -1;
        while (seen != writers * each) {
            const auto now = co_await soon(watch);
            EXPECT_GT(now.rows.at(0), seen);
            seen = now.rows.at(0);
            const auto polled = co_await database.fetch_val<std::int64_t>("SELECT count(*) FROM \"Todo list\"");
            EXPECT_GE(polled.value(), seen);
        }
        co_await expect_no_news(watch);
    };

    co_await when_all(look(), write(database, 0), write(database, 1000), write(other, 2000), write(other, 3000));

    EXPECT_EQ(done, writers);
}

CONFORMANCE_TEST(LiveQueries, EndWithClose) {
    auto database = co_await todo_database();
    auto watch = database.watch(select(todos));
    EXPECT_EQ(co_await next_size(watch), 0U);
    const auto wait = [&]() -> Task<> { EXPECT_THROW(co_await watch.next(), SessionClosedError); };

    co_await when_all(wait(), watch.close());
    co_await watch.close();

    EXPECT_THROW(co_await watch.next(), SessionClosedError);
}

CONFORMANCE_TEST(LiveQueries, EndWithTheirDatabase) {
    std::optional<Database> database;
    database.emplace(co_await todo_database());
    auto watch = database->watch(select(todos));
    auto unused = database->watch(select(todos));
    EXPECT_EQ(co_await next_size(watch), 0U);

    database.reset();

    EXPECT_THROW(co_await watch.next(), NotConnectedError);
    EXPECT_THROW(co_await unused.next(), NotConnectedError);
}

CONFORMANCE_TEST(LiveQueries, AreRefusedWhereTheyCannotBe) {
    auto database = co_await todo_database();
    auto writes = database.watch<int>(watching(todos), "DELETE FROM \"Todo list\" RETURNING id");
    auto looks_nowhere = database.watch<int>(watching(), "SELECT 1");

    EXPECT_THROW(co_await writes.next(), UsageError);
    EXPECT_THROW(co_await looks_nowhere.next(), UsageError);
    EXPECT_THROW(static_cast<void>(database.watch(select(todos[&Todo::id]).where(raw<bool>("1 = 1")))), UsageError);
    auto named = database.watch(watching(todos), select(todos[&Todo::id]).where(raw<bool>("1 = 1")));
    EXPECT_EQ(co_await next_size(named), 0U);
}

CONFORMANCE_TEST(LiveQueries, GiveTheQuerysErrorAndGoOn) {
    auto database = co_await todo_database();
    co_await database.execute("CREATE TABLE missing (n INTEGER)");
    co_await database.make_watchable("missing");
    auto watch = database.watch<int>(watching("missing"), "SELECT n FROM missing");
    EXPECT_EQ(co_await next_size(watch), 0U);
    co_await database.execute("INSERT INTO missing VALUES (1)");
    co_await database.execute("ALTER TABLE missing RENAME TO gone");

    EXPECT_THROW(co_await soon(watch), DatabaseError);
    co_await database.execute("ALTER TABLE gone RENAME TO missing");

    EXPECT_EQ(co_await next_size(watch), 1U);
}

CONFORMANCE_TEST(LiveQueries, HaveTablesThatAreMadeWatchableAsOftenAsOneLikes) {
    auto database = co_await todo_database();
    co_await database.make_watchable(todos);
    co_await database.make_watchable(watching(todos, "steps"));

    co_await database.make_unwatchable(todos, steps);
    co_await database.make_unwatchable(todos);

    auto watch = database.watch(select(todos));
    if (support::on_sqlite()) {
        EXPECT_EQ(co_await next_size(watch), 0U);
    } else {
        EXPECT_THROW(co_await watch.next(), UsageError);
    }
}

CONFORMANCE_TEST(LiveQueries, SeeWhatATriggerDoes) {
    auto database = co_await todo_database();
    co_await database.execute_script(support::sql(
        "CREATE TRIGGER begins AFTER INSERT ON \"Todo list\" BEGIN INSERT INTO steps VALUES (new.id, new.id); END",
        "CREATE FUNCTION begin_todo() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO steps VALUES (new.id, "
        "new.id); RETURN NULL; END'; CREATE TRIGGER begins AFTER INSERT ON \"Todo list\" FOR EACH ROW EXECUTE FUNCTION "
        "begin_todo()"));
    auto watch = database.watch(select(steps));
    EXPECT_EQ(co_await next_size(watch), 0U);

    co_await add(database, 1);

    EXPECT_EQ(co_await next_size(watch), 1U);
}

CONFORMANCE_TEST(LiveQueries, MayJoinTablesAndNameCommonOnes) {
    auto database = co_await todo_database();
    auto joined = database.watch(select(todos[&Todo::title]).join(steps, steps[&Step::todo] == todos[&Todo::id]));
    auto common = database.watch<std::int64_t>(
        watching(todos, steps),
        "WITH begun AS (SELECT todo FROM steps) SELECT id FROM \"Todo list\" JOIN begun ON todo = id");
    co_await add(database, 1);
    EXPECT_EQ(co_await next_size(joined), 0U);
    EXPECT_EQ(co_await next_size(common), 0U);

    co_await database.execute("INSERT INTO steps VALUES (1, 1)");

    EXPECT_EQ(co_await next_size(joined), 1U);
    EXPECT_EQ(co_await next_size(common), 1U);
    co_await database.execute("UPDATE \"Todo list\" SET title = 'another'");
    const auto now = co_await soon(joined);
    EXPECT_EQ(now.rows, std::vector<std::string>{"another"});
}

CONFORMANCE_TEST(LiveQueries, SeeATableThatIsMadeAnew) {
    auto database = co_await fresh_database("CREATE TABLE film (title TEXT)");
    co_await database.make_watchable("film");
    co_await database.execute("INSERT INTO film VALUES ('Alien')");
    auto watch = database.watch<std::string>(watching("film"), "SELECT title FROM film");
    EXPECT_EQ(co_await next_size(watch), 1U);

    co_await database.execute_script("DROP TABLE film; CREATE TABLE film (title TEXT)");
    co_await database.make_watchable("film");

    EXPECT_EQ(co_await next_size(watch), 0U);
    co_await database.execute("INSERT INTO film VALUES ('Brazil')");
    EXPECT_EQ(co_await next_size(watch), 1U);
}

CONFORMANCE_TEST(LiveQueries, AreRefusedOfTemporaryTables) {
    auto database = co_await todo_database();
    Session session = database.session(SessionOptions{.access = Access::write});
    co_await session.execute("CREATE TEMPORARY TABLE own (n INTEGER)");
    auto watch = database.watch<int>(watching("own"), "SELECT n FROM own");

    EXPECT_TRUE(co_await support::fails_with<UsageError>(watch.next()));

    co_await session.rollback();
}

}  // namespace
