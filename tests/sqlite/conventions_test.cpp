// How values lie in a SQLite file, where it has no type for them, and what of other tools can be read.
#include "support/async.hpp"
#include "support/refusal.hpp"

#include <databased/databased.hpp>
#include <databased/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <vector>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;
using support::mentions;
using support::refusal_by;

constexpr sys_days leap_day = year{2024} / 2 / 29;
constexpr auto noon = leap_day + 12h;

/// typeof() and text of what is stored for `value` in a column that was declared as `type`.
template <class T>
Task<std::string> stored(Database& database, std::string type, T value) {
    co_await database.execute("DROP TABLE IF EXISTS stored");
    co_await database.execute("CREATE TABLE stored (value " + type + ")");
    co_await database.execute("INSERT INTO stored VALUES (?)", value);
    const auto text = co_await database.fetch_val<std::string>(
        "SELECT typeof(value) || ' ' || coalesce(CASE typeof(value) WHEN 'blob' THEN hex(value) ELSE value END, '') "
        "FROM stored");
    co_return text.value();
}

ASYNC_TEST(SqliteStorage, OfNumbersIsTheirs) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await stored(database, "", 7), "integer 7");
    EXPECT_EQ(co_await stored(database, "", 0.5), "real 0.5");
    EXPECT_EQ(co_await stored(database, "", 1.0), "real 1.0");
    EXPECT_EQ(co_await stored(database, "BOOLEAN", true), "integer 1");
    EXPECT_EQ(co_await stored(database, "", HUGE_VAL), "real Inf");
}

ASYNC_TEST(SqliteStorage, OfNaNIsNull) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await stored(database, "REAL", std::nan("")), "null ");
}

ASYNC_TEST(SqliteStorage, OfNegativeZeroKeepsItsSign) {
    Database database{"sqlite://"};

    const auto read = co_await database.fetch_val<double>("SELECT ?", -0.0);

    EXPECT_TRUE(std::signbit(read.value()));
}

ASYNC_TEST(SqliteStorage, OfTextAndBytesIsTheirs) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await stored(database, "", "text"), "text text");
    EXPECT_EQ(co_await stored(database, "", ""), "text ");
    EXPECT_EQ(co_await stored(database, "", Bytes(2)), "blob 0000");
    EXPECT_EQ(co_await stored(database, "", Bytes()), "blob ");
    EXPECT_EQ(co_await stored(database, "", nullptr), "null ");
}

ASYNC_TEST(SqliteStorage, OfDatesAndTimesIsText) {
    Database database{"sqlite://"};
    const LocalTimestamp local{noon.time_since_epoch()};

    EXPECT_EQ(co_await stored(database, "DATE", leap_day), "text 2024-02-29");
    EXPECT_EQ(co_await stored(database, "TIME", TimeOfDay{7h + 5us}), "text 07:00:00.000005");
    EXPECT_EQ(co_await stored(database, "TIMESTAMP", noon), "text 2024-02-29 12:00:00");
    EXPECT_EQ(co_await stored(database, "TIMESTAMP", local), "text 2024-02-29 12:00:00");
    EXPECT_EQ(co_await stored(database, "DATETIME", sys_days{year{1} / 1 / 1} + 1us),
              "text 0001-01-01 00:00:00.000001");
}

ASYNC_TEST(SqliteStorage, OfTimesBeyondTheCalendarIsRefused) {
    Database database{"sqlite://"};
    const auto refusal = [&](const auto& value) {
        return refusal_by<ParameterError>(database.execute("SELECT ?, ?", 1, value));
    };
    constexpr std::string_view message = "parameter 2: it is not in the years 1 to 9999";

    EXPECT_PRED2(mentions, co_await refusal(sys_days{year{10000} / 1 / 1}), message);
    EXPECT_PRED2(mentions, co_await refusal(sys_days{year{0} / 12 / 31}), message);
    EXPECT_PRED2(mentions, co_await refusal(sys_days{year{9999} / 12 / 31} + 24h), message);
    EXPECT_PRED2(mentions, co_await refusal(Timestamp::max()), message);
    EXPECT_PRED2(mentions, co_await refusal(LocalTimestamp::min()), message);
    EXPECT_PRED2(mentions, co_await refusal(sys_days::max()), message);
}

ASYNC_TEST(SqliteStorage, OfListsIsRefused) {
    Database database{"sqlite://"};
    const std::vector<int> ids{1, 2};
    const std::vector<std::vector<int>> lists{{1}, {2}};

    const auto one = co_await refusal_by<ParameterError>(database.execute("SELECT 1 WHERE 1 IN (?)", ids));
    const auto many = co_await refusal_by<ParameterError>(database.execute_many("SELECT ?", lists));

    EXPECT_EQ(one, "parameter 1: SQLite has no arrays; use expand() for a list");
    EXPECT_PRED2(mentions, many, "item 0: parameter 1: SQLite has no arrays");
}

ASYNC_TEST(SqliteStorage, OfDecimalsIsTextInAColumnOfText) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await stored(database, "TEXT", Decimal::parse("19.90")), "text 19.90");
    EXPECT_EQ(co_await stored(database, "", Decimal::parse("19.90")), "text 19.90");
}

ASYNC_TEST(SqliteStorage, OfDecimalsInAColumnOfNumbersIsNoticed) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await stored(database, "NUMERIC", Decimal::parse("19.90")), "real 19.9");
    const auto message = co_await refusal_by<ConversionError>(database.fetch_val<Decimal>("SELECT value FROM stored"));
    EXPECT_EQ(co_await stored(database, "NUMERIC", Decimal::parse("20")), "integer 20");
    const auto whole = co_await database.fetch_val<Decimal>("SELECT value FROM stored");

    EXPECT_PRED2(mentions, message, "column \"value\"");
    EXPECT_PRED2(mentions, message, "give the column the type TEXT");
    EXPECT_EQ(whole, Decimal(20));
}

ASYNC_TEST(SqliteStorage, OfUuidsIsTheirText) {
    Database database{"sqlite://"};
    const auto uuid = Uuid::parse("018F2B6A-7C1E-7000-8000-0123456789AB");
    const auto digits = Uuid::parse("00000000-0000-0000-0000-000000000001");

    EXPECT_EQ(co_await stored(database, "UUID", uuid), "text 018f2b6a-7c1e-7000-8000-0123456789ab");
    EXPECT_EQ(co_await stored(database, "UUID", digits), "text 00000000-0000-0000-0000-000000000001");
}

ASYNC_TEST(SqliteStorage, OfUuidsByOtherToolsMayBeSixteenBytes) {
    Database database{"sqlite://"};

    const auto uuid = co_await database.fetch_val<Uuid>("SELECT x'018f2b6a7c1e700080000123456789ab'");

    EXPECT_EQ(uuid, Uuid::parse("018f2b6a-7c1e-7000-8000-0123456789ab"));
    EXPECT_THROW(co_await database.fetch_val<Uuid>("SELECT x'018f'"), ConversionError);
}

ASYNC_TEST(SqliteStorage, OfJsonIsItsText) {
    Database database{"sqlite://"};
    const Json object{{"b", 1}, {"a", {1, 2}}};

    EXPECT_EQ(co_await stored(database, "JSON", object), R"(text {"a":[1,2],"b":1})");
    EXPECT_EQ(co_await stored(database, "TEXT", Json(5)), "text 5");
    EXPECT_EQ(co_await stored(database, "JSON", Json(nullptr)), "text null");
}

ASYNC_TEST(SqliteStorage, OfJsonNumbersInAColumnOfJsonIsANumber) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await stored(database, "JSON", Json(5)), "integer 5");
    EXPECT_EQ(co_await database.fetch_val<Json>("SELECT value FROM stored"), Json(5));
    EXPECT_EQ(co_await stored(database, "JSON", Json(0.25)), "real 0.25");
    EXPECT_EQ(co_await database.fetch_val<Json>("SELECT value FROM stored"), Json(0.25));
}

ASYNC_TEST(SqliteTimestamps, CompareWithThoseOfSqlite) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE event (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)");
    const auto now = std::chrono::system_clock::now();
    co_await database.execute("INSERT INTO event VALUES (?)", now - 1h);
    co_await database.execute("INSERT INTO event DEFAULT VALUES");
    co_await database.execute("INSERT INTO event VALUES (?)", now + 1h);

    const auto past = co_await database.fetch_val<int>("SELECT count(*) FROM event WHERE at <= CURRENT_TIMESTAMP");
    const auto later = co_await database.fetch_val<int>("SELECT count(*) FROM event WHERE at > ?", now - 2s);
    const auto ordered = co_await database.fetch_all<Timestamp>("SELECT at FROM event ORDER BY at");

    EXPECT_EQ(past, 2);
    EXPECT_EQ(later, 2);
    EXPECT_TRUE(ordered[0] < ordered[1] && ordered[1] < ordered[2]);
}

ASYNC_TEST(SqliteTimestamps, AreUnderstoodBySqlitesFunctions) {
    Database database{"sqlite://"};

    EXPECT_EQ(co_await database.fetch_val<std::int64_t>("SELECT CAST(strftime('%s', ?) AS INTEGER)", noon),
              1'709'208'000);
    EXPECT_EQ(co_await database.fetch_val<sys_days>("SELECT date(?, '+1 day')", leap_day), leap_day + 24h);
    EXPECT_EQ(co_await database.fetch_val<Timestamp>("SELECT datetime(?, '+1 hour')", noon), noon + 1h);
    EXPECT_EQ((co_await database.fetch_val<TimeOfDay>("SELECT time(?)", noon)).value().since_midnight, 12h);
}

ASYNC_TEST(SqliteTimestamps, OfOtherToolsAreRead) {
    Database database{"sqlite://"};

    for (const char* const text :
         {"2024-02-29 12:00", "2024-02-29 12:00:00", "2024-02-29T12:00:00", "2024-02-29T12:00:00Z",
          "2024-02-29 12:00:00.000", "2024-02-29 12:00:00.000000000", "2024-02-29 12:00:00+00:00",
          "2024-02-29T14:00:00.000+02:00", "2024-02-29 07:00:00 -0500"}) {
        EXPECT_EQ(co_await database.fetch_val<Timestamp>("SELECT ?", text), noon) << text;
    }
    EXPECT_EQ(co_await database.fetch_val<Timestamp>("SELECT '2024-02-29'"), leap_day);
    EXPECT_THROW(co_await database.fetch_val<Timestamp>("SELECT '29.2.2024'"), ConversionError);
}

ASYNC_TEST(SqliteTimestamps, CompareWithWhatSqliteWrites) {
    Database database{"sqlite://"};
    co_await database.execute(
        "CREATE TABLE visit (at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, time TEXT DEFAULT CURRENT_TIME)");
    co_await database.execute("INSERT INTO visit DEFAULT VALUES");
    const auto at = (co_await database.fetch_val<Timestamp>("SELECT at FROM visit")).value();
    const auto time = (co_await database.fetch_val<TimeOfDay>("SELECT time FROM visit")).value();

    const auto found = [&](std::string condition, auto value) -> Task<bool> {
        co_return co_await database.fetch_val<int>("SELECT count(*) FROM visit WHERE " + condition, value) == 1;
    };

    EXPECT_TRUE(co_await found("at = ?", at));
    EXPECT_TRUE(co_await found("time = ?", time));
    EXPECT_TRUE(co_await found("at < ?", at + 1us));
    EXPECT_TRUE(co_await found("at > ?", at - 1us));
    EXPECT_FALSE(co_await found("at >= ?", at + 500ms));
    EXPECT_FALSE(co_await found("at <= ?", at - 500ms));
}

ASYNC_TEST(SqliteBooleans, OfOtherDriversAreRead) {
    Database database{"sqlite://"};

    for (const auto& [text, meaning] : std::vector<std::pair<std::string, bool>>{
             {"t", true}, {"f", false}, {"true", true}, {"False", false}, {"TRUE", true}, {"1", true}, {"0", false}}) {
        EXPECT_EQ(co_await database.fetch_val<bool>("SELECT ?", text), meaning) << text;
    }
    for (const std::string text : {"", "tr", "truee", "yes", "2", " t"}) {
        EXPECT_THROW(co_await database.fetch_val<bool>("SELECT ?", text), ConversionError) << text;
    }
}

ASYNC_TEST(SqliteTimestamps, ThatAreNumbersAreRefused) {
    Database database{"sqlite://"};

    const auto message = co_await refusal_by<ConversionError>(database.fetch_val<Timestamp>("SELECT 1709208000 AS at"));

    EXPECT_PRED2(mentions, message, "column \"at\"");
    EXPECT_PRED2(mentions, message, "?numeric_time=unix");
}

ASYNC_TEST(SqliteTimestamps, ThatAreNumbersMeanWhatTheUrlSays) {
    Database seconds{"sqlite://?numeric_time=unix"};
    Database milliseconds{"sqlite://?numeric_time=unix_ms"};
    Database julian{"sqlite://?numeric_time=julian"};

    EXPECT_EQ(co_await seconds.fetch_val<Timestamp>("SELECT 1709208000"), noon);
    EXPECT_EQ(co_await seconds.fetch_val<Timestamp>("SELECT unixepoch('2024-02-29 12:00')"), noon);
    EXPECT_EQ(co_await seconds.fetch_val<Timestamp>("SELECT 1709208000.5"), noon + 500ms);
    EXPECT_EQ(co_await milliseconds.fetch_val<Timestamp>("SELECT 1709208000250"), noon + 250ms);
    EXPECT_EQ(co_await julian.fetch_val<Timestamp>("SELECT julianday('2024-02-29 12:00')"), noon);
    EXPECT_EQ(co_await julian.fetch_val<Timestamp>("SELECT '2024-02-29 12:00'"), noon);
}

// Rowids

ASYNC_TEST(SqliteRowid, OfATableWithoutThemIsNone) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (title TEXT PRIMARY KEY) WITHOUT ROWID");

    const Result result = co_await database.execute("INSERT INTO film VALUES ('Alien')");

    EXPECT_EQ(result.rows_affected, 1);
    EXPECT_EQ(result.last_insert_id, std::nullopt);
}

ASYNC_TEST(SqliteRowid, IsThatOfTheStatementAndNotOfItsTriggers) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT)");
    co_await database.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, film INTEGER)");
    co_await database.execute("INSERT INTO log VALUES (100, NULL)");
    co_await database.execute(
        "CREATE TRIGGER t AFTER INSERT ON film BEGIN INSERT INTO log (film) VALUES (last_insert_rowid()); END");
    co_await database.execute(
        "CREATE TRIGGER u AFTER UPDATE ON film BEGIN INSERT INTO log (film) VALUES (new.id); END");

    const Result inserted = co_await database.execute("INSERT INTO film VALUES (7, 'Alien')");
    const Result updated = co_await database.execute("UPDATE film SET title = 'Aliens'");

    EXPECT_EQ(inserted.last_insert_id, 7);
    EXPECT_EQ(inserted.rows_affected, 1);
    EXPECT_EQ(updated.last_insert_id, std::nullopt);
    EXPECT_EQ(updated.rows_affected, 1);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT film FROM log WHERE id = 101"), 7);
}

ASYNC_TEST(SqliteRowid, MayBeAskedForInSql) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY)");
    co_await database.execute("CREATE TABLE role (id INTEGER PRIMARY KEY, film INTEGER)");

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES (7)");
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT last_insert_rowid()"), 7);
        const Result role = co_await session.execute("INSERT INTO role VALUES (9, last_insert_rowid())");
        EXPECT_EQ(role.last_insert_id, 9);
        const Result none = co_await session.execute("INSERT INTO role SELECT 10, last_insert_rowid() WHERE 1 = 0");
        EXPECT_EQ(none.last_insert_id, std::nullopt);
    });

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT film FROM role"), 7);
}

ASYNC_TEST(SqliteRowid, StaysWhereAnInsertAddsNothing) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY)");

    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film VALUES (7)");
        EXPECT_EQ((co_await session.execute("INSERT OR IGNORE INTO film VALUES (7)")).last_insert_id, std::nullopt);
        EXPECT_THROW(co_await session.execute("INSERT INTO film VALUES (7)"), UniqueViolation);
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT last_insert_rowid()"), 7);
    });
}

ASYNC_TEST(SqliteRowid, IsReportedByReplace) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT UNIQUE)");
    co_await database.execute("INSERT INTO film VALUES (7, 'Alien')");

    const Result replaced = co_await database.execute("REPLACE INTO film VALUES (8, 'Alien')");

    EXPECT_EQ(replaced.last_insert_id, 8);
    EXPECT_EQ(replaced.rows_affected, 1);
    EXPECT_EQ(replaced.command, "REPLACE");
}

ASYNC_TEST(SqliteColumns, KnowTheirDeclaredType) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (title VARCHAR(80), made TIMESTAMP, other)");

    const Rows rows = co_await database.fetch_all("SELECT *, 1 + 1 FROM film");

    EXPECT_EQ(rows.columns()[0].declared_type, "VARCHAR(80)");
    EXPECT_EQ(rows.columns()[1].declared_type, "TIMESTAMP");
    EXPECT_EQ(rows.columns()[2].declared_type, "");
    EXPECT_EQ(rows.columns()[3].declared_type, "");
}

ASYNC_TEST(SqliteParameters, AreAtMostWhatSqliteTakes) {
    Database database{"sqlite://"};
    const std::string sql = "SELECT 32766 IN (?)";

    EXPECT_EQ(co_await database.fetch_val<int>(sql, expand(std::views::iota(1, 32'767))), 1);
    EXPECT_THROW(co_await database.fetch_val<int>(sql, expand(std::views::iota(1, 32'768))), ParameterError);
}

ASYNC_TEST(SqliteMemory, TakesManyItemsOrNone) {
    Database database{"sqlite://"};
    co_await database.execute("CREATE TABLE film (id INTEGER PRIMARY KEY)");

    const Result result = co_await database.execute_many("INSERT INTO film VALUES (?)", std::views::iota(1, 1'001));
    EXPECT_THROW(co_await database.execute_many("INSERT INTO film VALUES (?)", std::views::iota(-5, 5)),
                 UniqueViolation);

    EXPECT_EQ(result.rows_affected, 1'000);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film"), 1'000);
}

ASYNC_TEST(SqliteErrors, SayWhatIsTooLarge) {
    Database database{"sqlite://"};

    EXPECT_THROW(co_await database.fetch_val<Bytes>("SELECT zeroblob(2000000000)"), ResourceError);
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT 1"), 1);
}

}  // namespace
