// Many rows into one table: all of them, in their order, or none.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using support::committed_rows;
using support::Event;
using support::fresh_database;
using support::mentions;
using support::refusal_by;

CONFORMANCE_SUITE(BulkInsert);

constexpr const char* films =
    "CREATE TABLE film (id BIGINT PRIMARY KEY, title TEXT NOT NULL, rating DOUBLE PRECISION, stock INTEGER DEFAULT 7)";

struct Film {
    std::int64_t id;
    std::string title;
    std::optional<double> rating;
};

using Row2 = std::tuple<std::int64_t, std::string>;

std::vector<Film> some_films(std::int64_t count, std::int64_t first = 0) {
    std::vector<Film> made;
    for (std::int64_t id = first; id < first + count; ++id) {
        const double rating = 0.25 * static_cast<double>(id);
        made.push_back({id, "title " + std::to_string(id), id % 3 == 0 ? std::nullopt : std::optional{rating}});
    }
    return made;
}

BulkOptions columns(auto... names) {
    BulkOptions options;
    options.columns(names...);
    return options;
}

CONFORMANCE_TEST(BulkInsert, TakesStructsByTheNamesOfTheirMembers) {
    auto database = co_await fresh_database(films);
    const auto items = some_films(5'000);

    const Result result = co_await database.bulk_insert("film", items);

    EXPECT_EQ(result.rows_affected, 5'000);
    EXPECT_EQ(result.command, "INSERT");
    const auto stored = co_await database.fetch_all<Film>("SELECT id, title, rating FROM film ORDER BY id");
    for (std::size_t i = 0; i < items.size(); ++i) {
        EXPECT_TRUE(stored[i].id == items[i].id && stored[i].title == items[i].title &&
                    stored[i].rating == items[i].rating);
    }
    EXPECT_EQ(co_await committed_rows("film"), 5'000);
}

CONFORMANCE_TEST(BulkInsert, LeavesColumnsThatAreNotNamedToTheDatabase) {
    auto database = co_await fresh_database(films);

    co_await database.bulk_insert("film", some_films(3));

    EXPECT_EQ(co_await database.fetch_val<std::int64_t>("SELECT sum(stock) FROM film"), 21);
}

CONFORMANCE_TEST(BulkInsert, TakesTuplesInTheOrderOfTheTablesColumns) {
    auto database = co_await fresh_database("CREATE TABLE pair (a INTEGER, b TEXT)");
    const std::vector<std::tuple<int, std::optional<std::string>>> items{{1, "x"}, {2, std::nullopt}, {3, ""}};

    co_await database.bulk_insert("pair", items);

    const auto stored = co_await database.fetch_all<std::optional<std::string>>("SELECT b FROM pair ORDER BY a");
    EXPECT_EQ(stored, (std::vector<std::optional<std::string>>{"x", std::nullopt, ""}));
}

CONFORMANCE_TEST(BulkInsert, TakesTuplesForColumnsThatAreNamed) {
    auto database = co_await fresh_database(films);
    const std::vector<std::tuple<std::string, int>> items{{"Alien", 1}, {"Stalker", 2}};

    co_await database.bulk_insert("film", items, columns("title", "id"));

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT title FROM film WHERE id = 2"), "Stalker");
}

CONFORMANCE_TEST(BulkInsert, TakesWhatAViewMakes) {
    auto database = co_await fresh_database(films);

    co_await database.bulk_insert("film", std::views::iota(0, 3'000) | std::views::transform([](int id) {
                                              return std::tuple{id, std::to_string(id)};
                                          }),
                                  columns("id", "title"));

    EXPECT_EQ(co_await database.fetch_val<std::string>("SELECT max(title) FROM film WHERE id > 2990"), "2999");
    EXPECT_EQ(co_await committed_rows("film"), 3'000);
}

CONFORMANCE_TEST(BulkInsert, TakesSingleValues) {
    auto database = co_await fresh_database("CREATE TABLE number (n BIGINT)");

    const std::vector<int> numbers{1, 2, 3};

    co_await database.bulk_insert("number", numbers);

    EXPECT_EQ(co_await database.fetch_val<std::int64_t>("SELECT sum(n) FROM number"), 6);
}

struct Person {
    std::int64_t id;
    std::string name;
};
const Table people = table<Person>("person", identity(&Person::id), unique(&Person::name));

CONFORMANCE_TEST(BulkInsert, LeavesOutTheIdentityOfATable) {
    auto database = co_await fresh_database();
    co_await database.create_tables(people);
    const std::vector<Person> items{{77, "Ann"}, {77, "Bob"}};

    co_await database.bulk_insert(people, items);

    EXPECT_EQ(co_await database.fetch_val<std::int64_t>("SELECT count(*) FROM person WHERE id < 77"), 2);
}

CONFORMANCE_TEST(BulkInsert, OfNothingDoesNothing) {
    auto database = co_await fresh_database();

    const Result result = co_await database.bulk_insert("there_is_no_such_table", std::vector<int>());

    EXPECT_EQ(result.rows_affected, 0);
}

CONFORMANCE_TEST(BulkInsert, NamesTheRowAndTheConstraintThatRefusesIt) {
    auto database = co_await fresh_database(films);
    for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{17}, std::int64_t{4'000}}) {
        auto items = some_films(5'000, 100);
        items[static_cast<std::size_t>(bad)].id = 5;
        items[static_cast<std::size_t>(bad)].title = "hunter2";
        co_await database.execute("DELETE FROM film");
        co_await database.execute("INSERT INTO film (id, title) VALUES (5, 'Solaris')");

        const auto message = co_await refusal_by<UniqueViolation>(database.bulk_insert("film", items));

        EXPECT_PRED2(mentions, message, "item " + std::to_string(bad) + ": ");
        EXPECT_FALSE(mentions(message, "hunter2"));
        EXPECT_EQ(co_await committed_rows("film"), 1);
    }
}

CONFORMANCE_TEST(BulkInsert, NamesTheRowThatLacksAValue) {
    auto database = co_await fresh_database(films);
    const std::vector<std::tuple<int, std::optional<std::string>>> items{{1, "Alien"}, {2, std::nullopt}};

    const auto message =
        co_await refusal_by<NotNullViolation>(database.bulk_insert("film", items, columns("id", "title")));

    EXPECT_PRED2(mentions, message, "item 1: ");
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(BulkInsert, LeavesNothingWhereARowCannotBeSent) {
    auto database = co_await fresh_database("CREATE TABLE number (n BIGINT)");
    std::vector<std::uint64_t> numbers(20'000, 1);
    numbers[12'345] = std::numeric_limits<std::uint64_t>::max();

    const auto message = co_await refusal_by<ParameterError>(database.bulk_insert("number", numbers));

    EXPECT_PRED2(mentions, message, "item 12345: ");
    EXPECT_EQ(co_await committed_rows("number"), 0);
}

CONFORMANCE_TEST(BulkInsert, RefusesAViolatedForeignKey) {
    auto database = co_await fresh_database(films);
    co_await database.execute("CREATE TABLE copy (id INTEGER, film BIGINT REFERENCES film (id))");
    const std::vector<std::tuple<int, int>> items{{1, 2}};

    EXPECT_THROW(co_await database.bulk_insert("copy", items), ForeignKeyViolation);

    EXPECT_EQ(co_await committed_rows("copy"), 0);
}

CONFORMANCE_TEST(BulkInsert, RefusesATableOrColumnThatIsNotThere) {
    auto database = co_await fresh_database(films);
    const std::vector<Row2> items{{1, "Alien"}};

    EXPECT_THROW(co_await database.bulk_insert("flim", items), UndefinedTableError);
    EXPECT_THROW(co_await database.bulk_insert("film", items, columns("id", "titel")), UndefinedColumnError);
    EXPECT_THROW(co_await database.bulk_insert("film", items, columns("id")), ParameterError);
    EXPECT_THROW(co_await database.bulk_insert("film", items, columns("id", "a\" b")), ParameterError);
    EXPECT_THROW(co_await database.bulk_insert("film", items), SyntaxError);  // the table has four columns
}

CONFORMANCE_TEST(BulkInsert, IsAPartOfItsSession) {
    auto database = co_await fresh_database(films);
    Session session = database.session();

    co_await session.bulk_insert("film", some_films(2'000));
    EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 2'000);
    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await session.rollback();

    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await session.close();
}

CONFORMANCE_TEST(BulkInsert, ThatFailsLeavesTheRestOfItsSession) {
    auto database = co_await fresh_database(films);
    auto items = some_films(3'000);
    items.push_back({1, "again", {}});

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film (id, title) VALUES (9000, 'Solaris')");
        EXPECT_THROW(co_await session.bulk_insert("film", items), UniqueViolation);
        co_await session.execute("INSERT INTO film (id, title) VALUES (9001, 'Stalker')");
    });

    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(BulkInsert, IsForNoReader) {
    auto database = co_await fresh_database(films);

    EXPECT_THROW(co_await database.reader().bulk_insert("film", some_films(1)), ReadOnlyError);
    co_await database.session({.access = Access::read}, [](Session& session) -> Task<> {
        EXPECT_THROW(co_await session.bulk_insert("film", some_films(1)), ReadOnlyError);
    });
}

CONFORMANCE_TEST(BulkInsert, WaitsForAProducer) {
    auto database = co_await fresh_database(films);
    std::int64_t next = 0;
    const auto producer = [&]() -> Task<std::optional<Film>> {
        if (next == 4'000) co_return std::nullopt;
        const std::int64_t id = next++;
        if (id % 1'000 == 0) co_await database.fetch_val<int>("SELECT 1");
        co_return Film{id, "title", {}};
    };

    const Result result = co_await database.bulk_insert("film", producer);

    EXPECT_EQ(result.rows_affected, 4'000);
    EXPECT_EQ(co_await committed_rows("film"), 4'000);
}

CONFORMANCE_TEST(BulkInsert, InsertsNothingWhereItsProducerThrows) {
    auto database = co_await fresh_database(films);
    std::int64_t next = 0;
    const auto producer = [&]() -> Task<std::optional<Film>> {
        if (next == 40'000) throw std::runtime_error("no more");
        co_return Film{next++, "title", {}};
    };

    EXPECT_THROW(co_await database.bulk_insert("film", producer), std::runtime_error);

    EXPECT_EQ(co_await committed_rows("film"), 0);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 0);
}

CONFORMANCE_TEST(BulkInsert, RefusesAProducerThatReadsAStreamOfItsSession) {
    auto database = co_await fresh_database(films);
    const std::string many =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i FROM n";

    EXPECT_THROW(co_await database.session([&](Session& session) -> Task<> {
        RowStream<std::int64_t> numbers = session.stream<std::int64_t>(many);
        const auto producer = [&]() -> Task<std::optional<Film>> {
            const auto number = co_await numbers.next();
            if (!number) co_return std::nullopt;
            co_return Film{*number, "title", {}};
        };
        co_await session.bulk_insert("film", producer);
    }),
                 WouldDeadlockError);

    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await database.disconnect();
}

CONFORMANCE_TEST(BulkInsert, RefusesAProducerThatWouldWaitForItself) {
    auto database = co_await fresh_database(films);

    co_await database.session([](Session& session) -> Task<> {
        std::int64_t next = 0;
        const auto producer = [&]() -> Task<std::optional<Film>> {
            if (next > 3'000) co_await session.execute("SELECT 1");
            co_return Film{next++, "title", {}};
        };
        EXPECT_THROW(co_await session.bulk_insert("film", producer), WouldDeadlockError);
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 0);
    });
}

CONFORMANCE_TEST(BulkInsert, TellsHowFarItIs) {
    auto database = co_await fresh_database(films);
    std::vector<BulkProgress> steps;
    BulkOptions options;
    options.on_progress([&](const BulkProgress& progress) { steps.push_back(progress); });

    co_await database.bulk_insert("film", some_films(20'000), options);

    EXPECT_GT(steps.size(), 2U);
    EXPECT_LT(steps.front().rows, 10'000);
    EXPECT_EQ(steps.back().rows, 20'000);
    EXPECT_GT(steps.back().bytes, 20'000 * 10);
}

CONFORMANCE_TEST(BulkInsert, EndsWithoutRowsWhereItIsStopped) {
    auto database = co_await fresh_database(films);
    std::int64_t next = 0;
    Event never;
    const auto producer = [&]() -> Task<std::optional<Film>> {
        if (next > 5'000) co_await never.wait();
        co_return Film{next++, "title", {}};
    };

    EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{50}, database.bulk_insert("film", producer)),
                 TimeoutError);

    EXPECT_EQ(co_await committed_rows("film"), 0);
    EXPECT_EQ((co_await database.bulk_insert("film", some_films(10))).rows_affected, 10);
}

CONFORMANCE_TEST(BulkInsert, ServesStatementsOfItsSessionBehindIt) {
    auto database = co_await fresh_database(films);
    const auto items = some_films(10'000);

    co_await database.session([&](Session& session) -> Task<> {
        auto [inserted, count] =
            co_await when_all(session.bulk_insert("film", items), session.fetch_val<int>("SELECT count(*) FROM film"));
        EXPECT_EQ(inserted.rows_affected, 10'000);
        EXPECT_TRUE(count == 10'000 || count == 0);
    });

    EXPECT_EQ(co_await committed_rows("film"), 10'000);
}

CONFORMANCE_TEST(BulkInsert, KeepsValuesOfEveryKind) {
    auto database =
        co_await fresh_database("CREATE TABLE thing (b BOOLEAN, t TEXT, raw " + std::string{support::bytes_type()} +
                                ", d DATE, moment TIMESTAMP, u UUID, n " + std::string{support::decimal_type()} + ")");
    using namespace std::chrono;
    using Thing = std::tuple<bool, std::string, Bytes, sys_days, LocalTimestamp, Uuid, std::optional<Decimal>>;
    const Thing thing{true,
                      "tab\tline\nslash\\N\r\"quoted\", ümlaut",
                      Bytes{std::byte{0}, std::byte{255}, std::byte{'\\'}},
                      sys_days{2024y / 2 / 29},
                      LocalTimestamp{local_days{2024y / 2 / 29} + 1h + 2us},
                      Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
                      Decimal::parse("12345678901234567890.123")};
    Thing other = thing;
    std::get<6>(other).reset();
    const std::vector<Thing> items{other, thing};

    co_await database.bulk_insert("thing", items);

    const auto stored = co_await database.fetch_all<Thing>("SELECT * FROM thing ORDER BY n IS NULL");
    EXPECT_EQ(stored, (std::vector<Thing>{thing, other}));
}

CONFORMANCE_TEST(BulkInsert, IsThereForBlockingDatabases) {
    {
        BlockingDatabase database{support::fresh_url()};
        database.execute(films);
        EXPECT_EQ(database.bulk_insert("film", some_films(1'000)).rows_affected, 1'000);
        database.session([&](BlockingSession& session) {
            EXPECT_THROW(session.bulk_insert("film", some_films(1)), UniqueViolation);
        });
    }
    EXPECT_EQ(co_await committed_rows("film"), 1'000);
}

}  // namespace
