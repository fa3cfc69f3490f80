// execute_many(): many INSERTs as one where that is the same, one by one where it is not.
#include "many_inserts.hpp"

#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace {

using namespace faults;
using namespace std::chrono_literals;
using support::fails_with;
using support::mentions;
using support::refusal_by;

ASYNC_TEST(ManyInserts, AreOneStatementWherePlain) {
    Place place;
    auto database = co_await with_films(place);

    const Result result = co_await database.execute_many(insert, items(10'000));

    EXPECT_EQ(result.rows_affected, 10'000);
    EXPECT_EQ(result.command, "INSERT");
    EXPECT_EQ(co_await statements(database), 1);
    EXPECT_EQ(co_await database.fetch_val<int>(
                  "SELECT count(*) FROM films WHERE title IS NOT NULL AND title = 'title ' || id"),
              8'571);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films WHERE title IS NULL"), 1'429);
}

ASYNC_TEST(ManyInserts, AreSomeStatementsWhereTheyAreVeryMany) {
    Place place;
    auto database = co_await with_films(place);

    const Result result = co_await database.execute_many(insert, items(50'000));

    EXPECT_EQ(result.rows_affected, 50'000);
    EXPECT_LT(co_await statements(database), 10);
    EXPECT_EQ(co_await rows(database), 50'000);
}

ASYNC_TEST(ManyInserts, AreOneStatementForAQueryAndForOtherNames) {
    Place place;
    auto database = co_await open_near(place);
    std::vector<Parameters> named(10'000);
    for (std::size_t i = 0; i < named.size(); ++i) named[i].add("id", i).add("title", std::to_string(i));
    co_await database.execute("CREATE SCHEMA \"Old\"");
    co_await database.execute("CREATE TABLE \"Old\".\"All films\" (id int, \"The title\" text)");

    co_await database.execute_many(
        "insert into \"Old\" . \"All films\" (\"The title\", ID) /* all */ values (:title, :id); -- end", named);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(DISTINCT cmin::text) FROM \"Old\".\"All films\""), 1);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM \"Old\".\"All films\" "
                                               "WHERE id::text = \"The title\""),
              10'000);
}

constexpr int columns = 23;
constexpr const char* of_all_types =
    " (id int, small int2, number int4, big int8, single float4, real float8, amount numeric, fraction float8, "
    "cut float4, rounded numeric(6, 2), price numeric(8, 2), whole float8, flag bool, text text, name varchar(20), "
    "code char(20), nothing date, bytes bytea, day date, \"time\" time(2), local timestamp(3), instant timestamptz, "
    "uuid uuid)";

Parameters item_of_all_types(int i) {
    Parameters row;
    if (i % 11 == 5) {
        for (int k = 0; k < columns; ++k) row.add(std::optional<std::string>{});
        return row;
    }
    const std::chrono::microseconds time{i * std::int64_t{123'456'789}};
    row.add(i).add(i - 150).add(i * 10'000).add(i * std::int64_t{10'000'000'000}).add(i % 128 * 16'777'217).add(i);
    row.add(i % 2 == 0 ? std::int64_t{i} : std::int64_t{i} << 40).add(i / 7.0).add(i / 7.0).add(i / 7.0);
    row.add(Decimal::parse(std::to_string(i) + ".125")).add(Decimal::parse("0.001")).add(i % 3 == 0);
    row.add("'{a,\"b\\" + std::to_string(i) + ",NULL}'").add("");
    row.add(std::string(static_cast<std::size_t>(i % 18), 'x') + "  ").add(std::optional<std::string>{});
    row.add(Bytes(3, std::byte{7})).add(std::chrono::sys_days{std::chrono::days{i}}).add(TimeOfDay{time % 86'400s});
    row.add(LocalTimestamp{time}).add(Timestamp{time}).add(Uuid::random());
    return row;
}

std::string insert_all_types(const char* table) {
    std::string sql = std::string{"INSERT INTO "} + table + " VALUES (?";
    for (int k = 1; k < columns; ++k) sql += ", ?";
    return sql + ')';
}

ASYNC_TEST(ManyInserts, HaveTheSameValuesAsOneByOne) {
    Place place;
    auto database = co_await open_near(place);
    std::vector<Parameters> all;
    for (int i = 0; i < 6'000; ++i) all.push_back(item_of_all_types(i));
    for (const char* table : {"films", "singles"}) {
        co_await database.execute(std::string{"CREATE TABLE "} + table + of_all_types);
    }

    co_await database.execute_many(insert_all_types("films"), all);
    for (auto first = all.begin(); first != all.end(); first += 30) {
        co_await database.execute_many(insert_all_types("singles"), std::vector<Parameters>(first, first + 30));
    }

    EXPECT_LT(co_await statements(database), 10);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM (TABLE films EXCEPT ALL TABLE singles) x"), 0);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM (TABLE singles EXCEPT ALL TABLE films) x"), 0);
    EXPECT_EQ(co_await rows(database), 6'000);
}

ASYNC_TEST(ManyInserts, CountUpInTheirOrderAndLeaveNoNumberBehind) {
    Place place;
    auto database = co_await with_films(
        place, "id bigint, title text, number serial, made timestamptz DEFAULT now(), other int DEFAULT 7");

    co_await database.execute_many(insert, items(10'000));

    EXPECT_EQ(co_await statements(database), 1);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM films WHERE number = id + 1 AND other = 7"),
              10'000);
    EXPECT_TRUE(co_await fails_with<DatabaseError>(database.fetch_val<int>("SELECT lastval()")));
}

// What would be another result

struct Table {
    const char* why;
    const char* definition;
    const char* then;
};

const std::vector<Table> tables_to_be_asked_of{
    {"a trigger for each row", "id bigint, title text",
     "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := (SELECT count(*) FROM films); "
     "RETURN NEW; END $$; CREATE TRIGGER t BEFORE INSERT ON films FOR EACH ROW EXECUTE FUNCTION f()"},
    {"a trigger for each statement", "id bigint, title text",
     "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; "
     "CREATE TRIGGER t AFTER INSERT ON films EXECUTE FUNCTION f()"},
    {"a rule", "id bigint, title text",
     "CREATE TABLE copies (id bigint); CREATE RULE r AS ON INSERT TO films DO ALSO "
     "INSERT INTO copies VALUES (NEW.id)"},
    {"row security", "id bigint, title text", "ALTER TABLE films ENABLE ROW LEVEL SECURITY"},
    {"a foreign key into itself", "id bigint PRIMARY KEY, title text, parent bigint REFERENCES films", ""},
    {"a default of the user's", "id bigint, title text, number bigint",
     "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM films'; "
     "ALTER TABLE films ALTER number SET DEFAULT f()"},
    {"a check of the user's", "id bigint, title text",
     "CREATE FUNCTION f(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT count(*) <= $1 FROM films'; "
     "ALTER TABLE films ADD CHECK (f(id))"},
    {"a domain in a check", "id bigint, title text",
     "CREATE FUNCTION f(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT count(*) <= $1 FROM films'; "
     "CREATE DOMAIN enough AS bigint CHECK (f(VALUE)); "
     "ALTER TABLE films ADD CHECK (CAST(id AS enough) IS NOT NULL)"},
    {"an index of the user's", "id bigint, title text",
     "CREATE FUNCTION f(bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1; END $$; "
     "CREATE INDEX ON films (f(id))"},
    {"the time of the statement", "id bigint, title text, made timestamptz DEFAULT statement_timestamp()", ""},
    {"a domain", "id bigint, title text",
     "CREATE DOMAIN rating AS int CHECK (VALUE > 0); ALTER TABLE films ADD COLUMN stars rating"},
    {"a list for an array", "id bigint, title text", "ALTER TABLE films ALTER title TYPE text[] USING ARRAY[title]"},
    {"partitions", "", ""},
};

ASYNC_TEST(ManyInserts, GoOneByOneWhereTheTableCanTell) {
    for (const Table& table : tables_to_be_asked_of) {
        Place place;
        auto database = co_await open_near(place);
        if (*table.definition != '\0') {
            co_await database.execute(std::string{"CREATE TABLE films ("} + table.definition + ")");
            place.observer().execute(*table.then != '\0' ? table.then : "SELECT");
        } else {
            place.observer().execute(
                "CREATE TABLE films (id bigint, title text) PARTITION BY RANGE (id); "
                "CREATE TABLE old PARTITION OF films FOR VALUES FROM (0) TO (1000)");
        }
        std::vector<Item> some = items(1'000);
        if (std::string_view{table.why} == "a list for an array") {
            for (Item& item : some) std::get<1>(item) = "{a,b}";
        }

        const Result result = co_await database.execute_many(insert, some);

        EXPECT_EQ(co_await rows(database), 1'000) << table.why;
        EXPECT_EQ(co_await statements(database), 1'000) << table.why;
        EXPECT_EQ(result.rows_affected, 1'000) << table.why;
    }
}

ASYNC_TEST(ManyInserts, GoOneByOneWhereTheirTransactionSeesNothingNewer) {
    Place place;
    auto database = co_await with_films(place);
    SessionOptions options;
    options.isolation = Isolation::repeatable_read;

    co_await database.session(options, [](Session& session) -> Task<> {
        co_await session.execute_many(insert, items(1'000));
        EXPECT_EQ(co_await statements(session), 1'000);
    });
}

ASYNC_TEST(ManyInserts, GoOneByOneWhereTheTextSaysMore) {
    Place place;
    auto database = co_await with_films(place);
    for (const char* more :
         {" ON CONFLICT DO NOTHING", " ON CONFLICT (id) DO UPDATE SET title = 'twice'", " RETURNING id"}) {
        co_await database.execute("TRUNCATE films");
        std::vector<Item> twice = items(1'000);
        if (std::string_view{more}.starts_with(" ON")) twice.push_back(twice.back());
        co_await database.execute_many(std::string{insert} + more, twice);
        EXPECT_EQ(co_await rows(database), 1'000) << more;
        EXPECT_GT(co_await statements(database), 998) << more;
    }
}

ASYNC_TEST(ManyInserts, WhoseRowsPointAtLaterOnesFailAsTheyDoOneByOne) {
    Place place;
    auto database = co_await with_films(place, "id bigint PRIMARY KEY, title text, next bigint REFERENCES films");
    std::vector<std::tuple<int, int>> chain;
    for (int i = 0; i < 1'000; ++i) chain.emplace_back(i, i + 1 < 1'000 ? i + 1 : 0);

    const auto message = co_await refusal_by<ForeignKeyViolation>(
        database.execute_many("INSERT INTO films (id, next) VALUES (?, ?)", chain));

    EXPECT_PRED2(mentions, message, "item 0: ");
}

}  // namespace
