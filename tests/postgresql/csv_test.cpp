// CSV beside that of PostgreSQL's own COPY, and between the databases.
#include "support/async.hpp"
#include "support/postgresql_raw.hpp"
#include "support/postgresql_server.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/thrown.hpp"

#include <databased/databased.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <libpq-fe.h>

namespace {

using namespace databased;
using support::RawPostgresql;
using support::refusal_by;
using support::TestDatabase;

/// What the server's COPY writes.
std::string copied_by_server(RawPostgresql& connection, const std::string& sql) {
    PGconn* const raw = connection.handle();
    PQclear(PQexec(raw, sql.c_str()));
    std::string all;
    char* part = nullptr;
    while (const int size = PQgetCopyData(raw, &part, 0)) {
        if (size < 0) break;
        all.append(part, static_cast<std::size_t>(size));
        PQfreemem(part);
    }
    while (PGresult* result = PQgetResult(raw)) PQclear(result);
    return all;
}

/// Whether the server's COPY takes it.
bool server_copies(RawPostgresql& connection, const std::string& sql, std::string_view csv) {
    PGconn* const raw = connection.handle();
    PQclear(PQexec(raw, sql.c_str()));
    PQputCopyData(raw, csv.data(), static_cast<int>(csv.size()));
    PQputCopyEnd(raw, nullptr);
    bool is_well = true;
    while (PGresult* result = PQgetResult(raw)) {
        is_well = is_well && PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return is_well;
}

constexpr const char* all_columns =
    "n int, yes boolean, small smallint, large bigint, half real, whole double precision, price numeric, words text, "
    "raw bytea, day date, clock time, moment timestamp, instant timestamptz, id uuid, doc jsonb, list int[], names "
    "text[], times timestamptz[], span interval, place point, zoned timetz";

constexpr const char* all_rows =
    R"((1, true, -1, 9223372036854775807, 0.1, 0.1, 1.50, 'a,"b"', '\x00ff', '2026-02-28', '13:14:15.5',
        '2026-02-28 13:14:15.123456', '2026-02-28 13:14:15+05', '00112233-4455-6677-8899-aabbccddeeff', '{"a": "b,c"}',
        '{1,NULL,-3}', '{"a\"b","",NULL,"c\\d"}', '{"2026-02-28 13:14:15+05"}', '1 day 02:03:04', '(1,2)',
        '13:14:15+05'),
       (2, false, 0, 0, 'Infinity', 'NaN', 'NaN', '', '', '4713-01-01 BC', '24:00', 'infinity',
        '0044-03-15 12:00:00+00 BC', NULL, 'null', '{}', '[2:3]={x,y}', '{}', '-1 mon', NULL, NULL),
       (3, NULL, NULL, -9223372036854775808, 1e-30, 5e-324, 12345678901234567890.12345, E'\\.', E'a\nb', '12026-02-28',
        NULL, '294276-12-31 23:59:59.999999', 'infinity', NULL, '"x"', NULL, NULL, NULL, NULL, NULL, NULL),
       (4, NULL, NULL, 100000, 100000, 1e15, 100000, E' \r\n ', NULL, '-infinity', NULL, NULL, NULL, NULL, NULL,
        '{{1,2},{3,4}}', NULL, NULL, NULL, NULL, NULL))";

ASYNC_TEST(CsvOfPostgresql, KeepsEveryType) {
    const TestDatabase place;
    RawPostgresql raw{place.url()};
    Database database{place.url()};
    raw.execute(std::string{"CREATE TABLE thing ("} + all_columns + "); INSERT INTO thing VALUES " + all_rows);
    raw.execute("CREATE TABLE copy (LIKE thing); CREATE TABLE beside (LIKE thing)");
    const std::string zone = "SELECT set_config('TimeZone', 'Asia/Kolkata', false)";
    database.on_connect([&](Connection& connection) -> Task<> { co_await connection.execute(zone); });
    const std::string same =
        " SELECT count(*) FROM (SELECT CAST(t AS text) FROM thing t EXCEPT ALL SELECT CAST(c AS text) FROM ";

    const std::string csv = co_await database.copy_out("thing");
    EXPECT_EQ((co_await database.copy_in("copy", csv)).rows_affected, 4);
    raw.execute("SET TimeZone = 'UTC'");
    EXPECT_TRUE(server_copies(raw, "COPY beside FROM STDIN WITH (FORMAT csv)", csv));

    EXPECT_EQ(raw.integer(same + "copy c) x"), 0);
    EXPECT_EQ(raw.integer(same + "beside c) x"), 0);
    co_await database.disconnect();
}

ASYNC_TEST(CsvOfPostgresql, ReadsWhatTheServerWrites) {
    const TestDatabase place;
    RawPostgresql raw{place.url()};
    Database database{place.url()};
    raw.execute(std::string{"CREATE TABLE thing ("} + all_columns + "); INSERT INTO thing VALUES " + all_rows);
    raw.execute("CREATE TABLE copy (LIKE thing); SET TimeZone = 'America/New_York'");

    const std::string csv = copied_by_server(raw, "COPY thing TO STDOUT WITH (FORMAT csv, HEADER)");
    co_await database.copy_in("copy", csv, CsvOptions().with_header());

    EXPECT_EQ(raw.integer("SELECT count(*) FROM (SELECT CAST(t AS text) FROM thing t EXCEPT ALL SELECT CAST(c AS text) "
                          "FROM copy c) x"),
              0);
    co_await database.disconnect();
}

ASYNC_TEST(CsvOfPostgresql, IsTextThatTheServerWouldWrite) {
    const TestDatabase place;
    RawPostgresql raw{place.url()};
    Database database{place.url()};
    raw.execute(
        "CREATE TABLE thing (n int PRIMARY KEY, t text, d double precision, b bytea, m timestamp); INSERT INTO thing "
        "VALUES (1, 'a,b', 0.1, '\\x00ff', '2026-02-28 13:14:15'), (2, '', 1e15, NULL, NULL), (3, 'a\"\nb', 1e14, '', "
        "NULL), (4, E'\\\\.', 0.00001, NULL, NULL), (5, NULL, -5e-324, NULL, '2026-02-28 13:14:15.123456')");

    for (const std::string columns : {"n, t, d, b, m", "t", "d"}) {
        const std::string query = "SELECT " + columns + " FROM thing ORDER BY n";
        EXPECT_EQ(co_await database.copy_out(SqlQuery(query), CsvOptions().with_header()),
                  copied_by_server(raw, "COPY (" + query + ") TO STDOUT WITH (FORMAT csv, HEADER)"));
    }
    co_await database.disconnect();
}

ASYNC_TEST(CsvOfPostgresql, NamesTheColumnOfAValueThatIsNone) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n int, y int, \"year\" date)");

    const auto number = co_await refusal_by<DataError>(database.copy_in("thing", "1,2,\n3,hunter2,\n"));
    const auto date = co_await refusal_by<DataError>(database.copy_in("thing", "1,2,hunter2\n"));

    EXPECT_TRUE(number.starts_with("line 2 (record 2), column y: ")) << number;
    EXPECT_TRUE(date.starts_with("line 1 (record 1), column year: ")) << date;
    EXPECT_EQ((number + date).find("hunter2"), std::string::npos) << number << date;
    co_await database.disconnect();
}

ASYNC_TEST(CsvOfPostgresql, NeedsNoRightToReadWhatItFills) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute_script(
        "CREATE TABLE thing (n int); CREATE ROLE csv_writer; GRANT INSERT ON thing TO csv_writer");
    co_await database.session([](Session& session) -> Task<> {
        co_await session.execute("SET ROLE csv_writer");
        co_await session.copy_in("thing", "1\n");
    });

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT n FROM thing"), 1);
    co_await database.execute_script("DROP OWNED BY csv_writer; DROP ROLE csv_writer");
    co_await database.disconnect();
}

ASYNC_TEST(CsvOfPostgresql, LosesNothingButItselfWithItsServer) {
    const TestDatabase place;
    Database database{place.url()};
    co_await database.execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    RawPostgresql other{place.url()};
    const auto end_connections = [&] {
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
            "pid <> pg_backend_pid()");
    };
    std::int64_t next = 0;
    const auto producer = [&]() -> std::optional<std::string> {
        if (next == 20'000) end_connections();
        if (next == 400'000) return std::nullopt;
        return std::to_string(next++) + ",text\n";
    };
    std::size_t parts = 0;
    const auto consumer = [&](std::string_view) {
        if (++parts == 2) end_connections();
    };

    EXPECT_THROW(co_await database.copy_in("thing", producer), ConnectionError);
    EXPECT_EQ((co_await database.copy_in("thing", "1,a\n")).rows_affected, 1);
    co_await database.execute("INSERT INTO thing SELECT n, 'text' FROM generate_series(2, 400000) n");
    EXPECT_THROW(co_await database.copy_out("thing", consumer), ConnectionError);

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM thing"), 400'000);
    co_await database.disconnect();
}

ASYNC_TEST(CsvOfPostgresql, EndsWithItsDatabase) {
    const TestDatabase place;
    std::optional<Database> database{std::in_place, place.url()};
    co_await database->execute("CREATE TABLE thing (n bigint PRIMARY KEY, t text)");
    std::int64_t next = 0;
    const auto producer = [&]() -> std::optional<std::string> {
        if (next == 20'000) database.reset();
        return std::to_string(next++) + ",text\n";
    };

    EXPECT_THROW(co_await database->copy_in("thing", producer), NotConnectedError);

    database.emplace(place.url());
    EXPECT_EQ(co_await database->fetch_val<int>("SELECT count(*) FROM thing"), 0);
    co_await database->execute("INSERT INTO thing SELECT n, 'text' FROM generate_series(1, 100000) n");
    const auto consumer = [&](std::string_view) { database.reset(); };
    EXPECT_THROW(co_await database->copy_out("thing", consumer), Error);
}

#ifdef DATABASED_SQLITE

/// SQLite has no types of columns, but for what copy_in() makes of their names.
constexpr const char* sqlite_columns =
    "n INTEGER PRIMARY KEY, yes BOOLEAN, flag INTEGER, whole REAL, words TEXT, raw BLOB, day TEXT, moment TEXT, "
    "instant "
    "TEXT, clock TEXT, price TEXT, id TEXT, doc TEXT";
constexpr const char* postgresql_columns =
    "n bigint PRIMARY KEY, yes boolean, flag boolean, whole double precision, words text, raw bytea, day date, moment "
    "timestamp, instant timestamptz, clock time, price numeric, id uuid, doc json";

struct Thing {
    std::int64_t n;
    std::optional<bool> yes;
    std::optional<bool> flag;
    std::optional<double> whole;
    std::optional<std::string> words;
    std::optional<Bytes> raw;
    std::optional<std::chrono::sys_days> day;
    std::optional<LocalTimestamp> moment;
    std::optional<Timestamp> instant;
    std::optional<TimeOfDay> clock;
    std::optional<Decimal> price;
    std::optional<Uuid> id;
    std::optional<JsonText> doc;
};

std::vector<Thing> things() {
    using namespace std::chrono;
    const auto moment = sys_days{2026y / 2 / 28} + 13h + 14min + 15s;
    std::vector<Thing> made;
    const auto add = [&]() -> Thing& {
        made.emplace_back().n = static_cast<std::int64_t>(made.size());
        return made.back();
    };
    add();  // nothing but NULL
    for (const double number : {0.1, 1.0, 1e300, 5e-324, 123456789.123456789, 1e15, -2.5, 0.30000000000000004,
                                9007199254740993.0, std::numeric_limits<double>::infinity()}) {
        add().whole = number;
    }
    for (const char* text : {"", "\\.", "\\N", "NULL", "\"", "a\nb", "a\r\nb", "\r", "\n", "\xEF\xBB\xBF", " x ", "a,b",
                             "\\x00", "1e5", "007", "t", "ümlaut", "'"}) {
        add().words = text;
    }
    add().words = std::string(3'000'000, '"');
    add().raw = Bytes{};
    Bytes& all = add().raw.emplace();
    for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<std::byte>(byte));
    for (const auto part : {0us, 1us, 123'456us, 500'000us}) {
        Thing& thing = add();
        thing.moment = LocalTimestamp{(moment + part).time_since_epoch()};
        thing.instant = moment + part;
        thing.clock = TimeOfDay{13h + part};
    }
    Thing& last = add();
    last.yes = last.flag = true;
    last.day = sys_days{1y / 1 / 1};
    last.price = Decimal::parse("12345678901234567890.50");
    last.id = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    last.doc = JsonText{R"({"a": ["b", 1.0]})"};
    Thing& other = add();
    other.yes = other.flag = false;
    other.day = sys_days{9999y / 12 / 31};
    other.price = Decimal::parse("-0.10");
    return made;
}

/// With the kinds of what SQLite has stored.
constexpr const char* sqlite_dump =
    "SELECT group_concat(n || typeof(yes) || quote(yes) || typeof(flag) || quote(flag) || typeof(whole) || "
    "printf('%!.17g', whole) || quote(words) || quote(raw) || quote(day) || quote(moment) || quote(instant) || "
    "quote(clock) || quote(price) || quote(id) || quote(doc)) FROM (SELECT * FROM thing ORDER BY n)";

ASYNC_TEST(CsvBetweenDatabases, LosesNothing) {
    const TestDatabase place;
    const support::TemporaryFolder folder;
    Database first{"sqlite:///" + folder.path("first.sqlite")};
    Database middle{place.url()};
    Database last{"sqlite:///" + folder.path("last.sqlite")};
    const CsvFile file{folder.path("things.csv")};
    const auto options = CsvOptions().with_header();
    middle.on_connect(
        [](Connection& connection) -> Task<> { co_await connection.execute("SET TimeZone = 'Asia/Tokyo'"); });
    co_await first.execute(std::string{"CREATE TABLE thing ("} + sqlite_columns + ")");
    co_await middle.execute(std::string{"CREATE TABLE thing ("} + postgresql_columns + ")");
    co_await last.execute(std::string{"CREATE TABLE thing ("} + sqlite_columns + ")");
    co_await first.bulk_insert("thing", things());

    co_await first.copy_out("thing", file, options);
    EXPECT_EQ((co_await middle.copy_in("thing", file, options)).rows_affected, things().size());
    const std::string in_the_middle = co_await middle.copy_out("thing", options);
    EXPECT_EQ((co_await last.copy_in("thing", in_the_middle, options)).rows_affected, things().size());

    EXPECT_TRUE(in_the_middle == co_await first.copy_out("thing", options));
    EXPECT_TRUE(co_await last.fetch_val<std::string>(sqlite_dump) ==
                co_await first.fetch_val<std::string>(sqlite_dump));
    for (Database* database : {&first, &middle, &last}) co_await database->disconnect();
}

#endif

}  // namespace
