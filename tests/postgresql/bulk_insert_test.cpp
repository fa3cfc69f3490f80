// Bulk inserts by COPY: what only PostgreSQL has, and what can happen on the way.
#include "support/async.hpp"
#include "support/pgbouncer.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"
#include "support/proxied_connection.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include "copy_failure.hpp"
#include "copy_rows.hpp"

#include <databased/databased.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using postgresql::row_of_failure;
using support::mentions;
using support::RawPostgresql;
using support::refusal_by;
using support::TestDatabase;
using support::until;

using Pair = std::tuple<std::int64_t, std::optional<std::string>>;

std::vector<Pair> pairs(std::int64_t count) {
    std::vector<Pair> made;
    for (std::int64_t id = 0; id < count; ++id) made.emplace_back(id, "text " + std::to_string(id));
    return made;
}

TEST(CopyFailure, TellsTheRow) {
    EXPECT_EQ(row_of_failure("COPY film, line 2", "film"), 1U);
    EXPECT_EQ(row_of_failure("COPY film, line 12, column title: \"7\"", "film"), 11U);
    EXPECT_EQ(row_of_failure("COPY film 7, Zeile 3", "film 7"), 2U);
    EXPECT_EQ(row_of_failure("PL/pgSQL function check_7() line 3 at RAISE\nCOPY film, line 5: \"1\t2\"", "film"), 4U);
    EXPECT_EQ(row_of_failure("", "film"), std::nullopt);
    EXPECT_EQ(row_of_failure("COPY film", "film"), std::nullopt);
    EXPECT_EQ(row_of_failure("COPY other, line 2", "film"), std::nullopt);
}

TEST(CopyFailure, TellsTheColumn) {
    const std::vector<std::string> columns{"title", "itle", "two words", "a: b", "co"};
    const auto column = [&](std::string_view context) {
        return postgresql::column_of_failure(context, "film", columns);
    };

    EXPECT_EQ(column("COPY film, line 12, column title: \"itle: 7\""), "title");
    EXPECT_EQ(column("COPY film, Zeile 3, Spalte two words: NULL Eingabe"), "two words");
    EXPECT_EQ(column("COPY film, line 3, column a: b: \"7\""), "a: b");
    EXPECT_EQ(column("COPY film, line 4, column co: \"7\""), "co");
    EXPECT_EQ(column("COPY film, line 5: \"1\ttitle: 7\""), "");
    EXPECT_EQ(column("COPY other, line 12, column title: \"7\""), "");
}

struct AllTypes {
    bool yes;
    std::int16_t small;
    std::int32_t middle;
    std::int64_t large;
    float half;
    double whole;
    std::string words;
    std::string brief;
    Bytes raw;
    std::chrono::sys_days day;
    TimeOfDay time;
    LocalTimestamp local;
    Timestamp moment;
    Uuid id;
    JsonText document;
    JsonText packed;

    bool operator==(const AllTypes&) const = default;
};

constexpr const char* all_types =
    "(yes bool, small int2, middle int4, large int8, half float4, whole float8, words text, brief varchar(9), raw "
    "bytea, "
    "day date, time time, local timestamp, moment timestamptz, id uuid, document json, packed jsonb";

AllTypes sample() {
    using namespace std::chrono;
    const auto moment = sys_days{1969y / 12 / 31} + 23h + 59min + 59s + 999'999us;
    return {true,
            -32768,
            2147483647,
            std::numeric_limits<std::int64_t>::min(),
            1.5F,
            -0.1,
            "a\tb\\c\nd\re",
            "ümlaut",
            Bytes{std::byte{0}, std::byte{92}, std::byte{255}},
            sys_days{2024y / 2 / 29},
            TimeOfDay{23h + 59min + 1us},
            LocalTimestamp{moment.time_since_epoch()},
            Timestamp{moment},
            Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"),
            JsonText{R"({"a": "b\n"})"},
            JsonText{R"({"a": [1, 2]})"}};
}

ASYNC_TEST(BulkInsertCopy, KeepsEveryTypeInBinary) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute(std::string{"CREATE TABLE thing "} + all_types + ")");
    const std::vector<AllTypes> things{sample(), sample()};

    co_await database.bulk_insert("thing", things);

    const auto stored = co_await database.fetch_all<AllTypes>("SELECT * FROM thing");
    EXPECT_EQ(stored, things);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, KeepsEveryTypeAsText) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TYPE color AS ENUM ('red', 'green')");
    co_await database.execute("CREATE DOMAIN positive AS int CHECK (value > 0)");
    // A column of a type that only text is understood for makes text of all.
    co_await database.execute(
        "CREATE TABLE thing (shade color, few positive, price numeric(9, 2), list int[], names text[], day date, far "
        "date, moment timestamptz, "
        "raw bytea, words text, whole float8, id uuid, yes bool)");
    using namespace std::chrono;
    using Thing = std::tuple<std::string, int, Decimal, std::vector<int>, std::vector<std::optional<std::string>>,
                             sys_days, sys_days, Timestamp, Bytes, std::string, double, Uuid, bool>;
    const AllTypes all = sample();
    const std::vector<Thing> things{{"green",
                                     3,
                                     Decimal::parse("12.50"),
                                     {1, -2},
                                     {"a\"b", std::nullopt, "c\\d\n,"},
                                     sys_days{year{-44} / 3 / 15},
                                     sys_days::max(),
                                     all.moment,
                                     all.raw,
                                     all.words,
                                     1e300,
                                     all.id,
                                     false}};

    co_await database.bulk_insert("thing", things);

    const auto stored = co_await database.fetch_all<Thing>("SELECT * FROM thing");
    EXPECT_EQ(stored, things);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, GoesOnAsTextWhereAValueOfAnotherKindComes) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint, price numeric)");
    std::vector<std::tuple<int, std::optional<Decimal>>> things;
    for (int n = 0; n < 20'000; ++n) things.emplace_back(n, std::nullopt);
    for (int n = 0; n < 20'000; ++n) things.emplace_back(n, Decimal::parse("0.5"));

    const Result result = co_await database.bulk_insert("thing", things);

    EXPECT_EQ(result.rows_affected, 40'000);
    EXPECT_EQ(co_await database.fetch_val<Decimal>("SELECT sum(price) FROM thing"), Decimal::parse("10000.0"));
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, CountsItemsOnWhereItBeganAnew) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, price numeric)");
    std::vector<std::tuple<int, std::optional<Decimal>>> things;
    for (int n = 0; n < 10'000; ++n) things.emplace_back(n, std::nullopt);
    for (int n = 10'000; n < 20'000; ++n) things.emplace_back(n, Decimal::parse("0.5"));
    std::get<0>(things[15'000]) = 3;

    const auto message = co_await refusal_by<UniqueViolation>(database.bulk_insert("thing", things));

    EXPECT_PRED2(mentions, message, "item 15000: ");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 0);
    co_await database.disconnect();
}

constexpr std::int64_t kilobytes_of_several = 40 * 1024;  // more than one COPY takes

/// A kilobyte each; `bad` has the number of another one.
class Kilobytes {
  public:
    explicit Kilobytes(std::int64_t count, std::int64_t bad = -1) : count_(count), bad_(bad) {}
    Task<std::optional<Pair>> operator()() {
        const std::int64_t number = next_++;
        if (number >= count_) co_return std::nullopt;
        co_return Pair{number == bad_ ? 0 : number, std::string(1'024, 'x')};
    }
    std::int64_t given() const noexcept { return next_; }

  private:
    std::int64_t count_;
    std::int64_t bad_;
    std::int64_t next_ = 0;
};

ASYNC_TEST(BulkInsertCopy, IsRefusedBeforeAllWasSent) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    Kilobytes rows{1'000'000, 7};

    const auto message = co_await refusal_by<UniqueViolation>(database.bulk_insert("thing", rows));

    EXPECT_PRED2(mentions, message, "item 7: ");
    EXPECT_LT(rows.given(), kilobytes_of_several);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, CountsItemsOnThroughSeveralCopies) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    Kilobytes bad{kilobytes_of_several, kilobytes_of_several - 5};
    Kilobytes good{kilobytes_of_several};

    const auto message = co_await refusal_by<UniqueViolation>(database.bulk_insert("thing", bad));
    EXPECT_PRED2(mentions, message, "item " + std::to_string(kilobytes_of_several - 5) + ": ");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 0);
    EXPECT_EQ((co_await database.bulk_insert("thing", good)).rows_affected, kilobytes_of_several);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), kilobytes_of_several);
    EXPECT_EQ(database.pool_stats().opened, 1U);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, IsOneCopyWhereSeveralWouldDoSomethingElse) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute_script(
        "CREATE TABLE parent (n bigint PRIMARY KEY, t text, parent bigint REFERENCES parent (n));"
        "CREATE TABLE thing (n bigint PRIMARY KEY, t text); CREATE TABLE fired (n bigint);"
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO fired SELECT count(*) FROM new_rows; RETURN NULL; END';"
        "CREATE TRIGGER note AFTER INSERT ON thing REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE "
        "FUNCTION note()");
    std::vector<std::tuple<std::int64_t, std::string, std::optional<std::int64_t>>> rows;
    for (std::int64_t n = 0; n < kilobytes_of_several; ++n) rows.emplace_back(n, std::string(1'024, 'x'), std::nullopt);
    std::get<2>(rows.front()) = kilobytes_of_several - 1;
    Kilobytes things{kilobytes_of_several};

    co_await database.bulk_insert("parent", rows);
    co_await database.bulk_insert("thing", things);

    EXPECT_EQ(co_await database.fetch_val<std::int64_t>("SELECT sum(n) FROM fired"), kilobytes_of_several);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM fired"), 1);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, EndsWhereverItsProducerThrows) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    for (const std::int64_t last : {16'200, 16'300, 16'400, 16'500, 33'000}) {  // about where one COPY follows another
        std::int64_t next = 0;
        support::Event never;
        const auto producer = [&]() -> Task<std::optional<Pair>> {
            if (next == last) co_await with_timeout(std::chrono::milliseconds{1}, never.wait());
            co_return Pair{next++, std::string(1'024, 'x')};
        };
        EXPECT_THROW(co_await database.bulk_insert("thing", producer), TimeoutError);
    }

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 0);
    EXPECT_EQ(database.pool_stats().opened, 1U);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, RefusesANumberThatDoesNotFit) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n smallint)");
    const std::vector<int> numbers{1, 40'000};

    const auto message = co_await refusal_by<DataError>(database.bulk_insert("thing", numbers));

    EXPECT_PRED2(mentions, message, "item 1: ");
    EXPECT_FALSE(mentions(message, "40000"));
    EXPECT_EQ((co_await database.bulk_insert("thing", std::vector<int>(3, 7))).rows_affected, 3);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, NeverTakesOneTypeForAnotherOfItsSize) {
    const TestDatabase place;
    Database database{place.url()};
    RawPostgresql other{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint)");
    const std::vector<std::int64_t> numbers{1, 2};

    co_await database.bulk_insert("thing", numbers);
    other.execute("ALTER TABLE thing ALTER n TYPE float8");
    co_await database.bulk_insert("thing", numbers);

    EXPECT_EQ(co_await database.fetch_val<double>("SELECT sum(n) FROM thing"), 6.0);
    other.execute("ALTER TABLE thing ALTER n TYPE timestamp USING now()");
    EXPECT_THROW(co_await database.bulk_insert("thing", numbers), DatabaseError);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 4);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, SeesTheTableAsItIsInAnOldSnapshot) {
    const TestDatabase place;
    Database database{place.url()};
    RawPostgresql other{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint)");
    co_await database.session({.isolation = Isolation::repeatable_read}, [&](Session& session) -> Task<> {
        co_await session.execute("SELECT 1");
        other.execute("ALTER TABLE thing ALTER n TYPE float8");
        co_await session.bulk_insert("thing", std::vector<int>(2, 8));
    });

    EXPECT_EQ(co_await database.fetch_val<double>("SELECT sum(n) FROM thing"), 16.0);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, LeavesOutGeneratedColumnsAndTakesIdentities) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute(
        "CREATE TABLE thing (twice bigint GENERATED ALWAYS AS (n * 2) STORED, n bigint, id int GENERATED ALWAYS AS "
        "IDENTITY)");
    const std::vector<std::tuple<int, int>> things{{4, 77}};

    co_await database.bulk_insert("thing", things);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT twice + id FROM thing"), 85);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, TakesViewsWithTriggersPartitionsAndTemporaryTables) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE \"Odd name\" (n bigint, t text) PARTITION BY RANGE (n)");
    co_await database.execute("CREATE TABLE part PARTITION OF \"Odd name\" FOR VALUES FROM (0) TO (5000)");
    co_await database.execute("CREATE VIEW seen AS SELECT n, t FROM \"Odd name\"");
    co_await database.execute(
        "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN INSERT INTO \"Odd name\" VALUES (new.n, new.t); RETURN new; END$$");
    co_await database.execute("CREATE TRIGGER see INSTEAD OF INSERT ON seen FOR EACH ROW EXECUTE FUNCTION see()");
    const auto items = pairs(100);

    co_await database.bulk_insert("Odd name", items);
    co_await database.bulk_insert("public.seen", items);
    const auto message = co_await refusal_by<DatabaseError>(database.bulk_insert("Odd name", pairs(5'001)));
    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute("CREATE TEMPORARY TABLE short (n bigint, t text)");
        co_await session.bulk_insert("short", items);
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM short"), 100);
    });

    EXPECT_PRED2(mentions, message, "item 5000: ");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM \"Odd name\""), 200);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, SaysNoValueThatATriggerPutsIntoItsError) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint, t text)");
    co_await database.execute(
        "CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN IF new.n = 700 THEN RAISE EXCEPTION 'no % here', new.t; END IF; RETURN new; END$$");
    co_await database.execute(
        "CREATE TRIGGER complain BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION complain()");

    const auto message = co_await refusal_by<DatabaseError>(database.bulk_insert("thing", pairs(1'000)));

    EXPECT_PRED2(mentions, message, "item 700: no … here");
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, SaysWhatToDoWhereRowSecurityRefusesIt) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint, t text)");
    co_await database.execute("ALTER TABLE thing ENABLE ROW LEVEL SECURITY");
    co_await database.execute("CREATE POLICY all_of_it ON thing USING (true)");
    co_await database.execute("DO $$BEGIN CREATE ROLE bulk_guest; EXCEPTION WHEN duplicate_object THEN NULL; END$$");
    co_await database.execute("GRANT ALL ON thing TO bulk_guest");
    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("SET LOCAL ROLE bulk_guest");

        const auto message = co_await refusal_by<DatabaseError>(session.bulk_insert("thing", pairs(1)));

        EXPECT_PRED2(mentions, message, "row-level security");
        EXPECT_PRED2(mentions, message, "Use INSERT statements instead");
        EXPECT_EQ((co_await session.execute_many("INSERT INTO thing VALUES (?, ?)", pairs(1))).rows_affected, 1);
    });
    co_await database.execute("DROP OWNED BY bulk_guest");
    co_await database.execute("DROP ROLE bulk_guest");
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, IsStoppedWhileItWaitsForALock) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    RawPostgresql other{place.url()};
    other.execute("BEGIN");
    other.execute("INSERT INTO thing VALUES (500)");  // who inserts the same waits for the end of this

    for (const std::int64_t count : {1'000, 200'000}) {  // met at the end, and while rows are sent
        const auto items = pairs(count);
        EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{60}, database.bulk_insert("thing", items)),
                     TimeoutError);
    }

    other.execute("ROLLBACK");
    EXPECT_EQ((co_await database.bulk_insert("thing", pairs(1'000))).rows_affected, 1'000);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, IsStoppedWhileTheTableIsLocked) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    RawPostgresql other{place.url()};
    other.execute("BEGIN");
    other.execute("LOCK TABLE thing");

    EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{60}, database.bulk_insert("thing", pairs(1'000))),
                 TimeoutError);

    other.execute("ROLLBACK");
    EXPECT_EQ((co_await database.bulk_insert("thing", pairs(1'000))).rows_affected, 1'000);
    EXPECT_EQ(database.pool_stats().opened, 1U);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, LosesNothingButItselfWithItsServer) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    RawPostgresql other{place.url()};
    std::int64_t next = 0;
    const auto producer = [&]() -> Task<std::optional<Pair>> {
        if (next == 20'000) {
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
                "pid <> pg_backend_pid()");
        }
        if (next == 400'000) co_return std::nullopt;
        co_return Pair{next++, "text"};
    };

    EXPECT_THROW(co_await database.bulk_insert("thing", producer), ConnectionError);

    EXPECT_EQ((co_await database.bulk_insert("thing", pairs(10))).rows_affected, 10);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 10);
    co_await database.disconnect();
}

ASYNC_TEST(BulkInsertCopy, EndsWithItsDatabase) {
    const TestDatabase place;
    std::optional<Database> database{std::in_place, place.url()};
    co_await database->execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    std::int64_t next = 0;
    const auto producer = [&]() -> Task<std::optional<Pair>> {
        if (next == 20'000) database.reset();
        co_return Pair{next++, "text"};
    };

    EXPECT_THROW(co_await database->bulk_insert("thing", producer), NotConnectedError);

    RawPostgresql other{place.url()};
    co_await until([&] { return other.integer("SELECT count(*) FROM thing") == 0; });
}

ASYNC_TEST(BulkInsertCopy, EndsOnTheServerWithADatabaseThatIsDestroyed) {
    const TestDatabase place;
    RawPostgresql other{place.url()};
    std::optional<Database> database{std::in_place, place.url()};
    co_await database->execute_script(
        "CREATE TABLE thing (n bigint, t text);"
        "CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN IF NEW.n = 5 THEN PERFORM pg_sleep(100); END IF; RETURN NEW; END';"
        "CREATE TRIGGER slow BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION sleep()");
    support::Event never;
    std::int64_t next = 0;
    const auto producer = [&]() -> Task<std::optional<Pair>> {
        if (next == 20'000) co_await never.wait();
        co_return Pair{next++, "text"};
    };
    const auto destroy = [&]() -> Task<> {
        co_await until([&] {
            return other.integer(
                       "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = "
                       "current_database()") == 1;
        });
        database.reset();
        never.set();
    };
    const auto insert = [&]() -> Task<> {
        EXPECT_TRUE(co_await support::fails_with<Error>(database->bulk_insert("thing", producer)));
    };
    co_await when_all(insert(), destroy());

    co_await until([&] {
        return other.integer(
                   "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
                   "current_database() AND backend_type = 'client backend'") == 0;
    });
}

ASYNC_TEST(BulkInsertCopy, GoesThroughPgbouncer) {
    const TestDatabase place;
    Database direct{place.url()};
    co_await direct.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    const support::Pgbouncer bouncer{Url::parse(place.url())};
    Database database{bouncer.url(*Url::parse(place.url()).database())};

    EXPECT_EQ((co_await database.bulk_insert("thing", pairs(5'000))).rows_affected, 5'000);
    const auto message = co_await refusal_by<UniqueViolation>(database.bulk_insert("thing", pairs(5'000)));

    EXPECT_PRED2(mentions, message, "item 0: ");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 5'000);
    co_await database.disconnect();
    co_await direct.disconnect();
}

}  // namespace
