// CSV out of the database and into it: the same text on every database, all of it or nothing.
#include "support/conformance.hpp"
#include "support/differences.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
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
using support::TemporaryFolder;

CONFORMANCE_SUITE(Csv);

constexpr const char* films =
    "CREATE TABLE film (id BIGINT PRIMARY KEY, title TEXT NOT NULL, rating DOUBLE PRECISION, seen BOOLEAN DEFAULT "
    "FALSE)";

struct Film {
    std::int64_t id;
    std::string title;
    std::optional<double> rating;
};
const Table film_table = table<Film>("film", primary_key(&Film::id));

std::string many_records(std::int64_t count) {
    std::string csv;
    for (std::int64_t id = 0; id < count; ++id)
        csv += std::to_string(id) + ",title " + std::to_string(id) + ",0.25,1\n";
    return csv;
}

CsvOptions named(auto... names) {
    CsvOptions options;
    options.columns(names...);
    return options;
}

std::string text_of_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write_file(const std::string& path, std::string_view text) { std::ofstream{path, std::ios::binary} << text; }

Task<std::string> text_of_table(Database& database) {
    co_return co_await database.copy_out(SqlQuery("SELECT id, title, rating FROM film ORDER BY id"));
}

// Out

CONFORMANCE_TEST(Csv, IsTheTextOfATable) {
    auto database = co_await fresh_database(films);
    co_await database.execute("INSERT INTO film VALUES (1, 'a,\"b\"', 0.5, true)");

    EXPECT_EQ(co_await database.copy_out("film"), "1,\"a,\"\"b\"\"\",0.5,1\n");
    EXPECT_EQ(co_await database.copy_out("film", CsvOptions().columns("title", "id")), "\"a,\"\"b\"\"\",1\n");
    EXPECT_EQ(co_await database.copy_out(film_table, CsvOptions().with_header()),
              "id,title,rating\n1,\"a,\"\"b\"\"\",0.5\n");
}

CONFORMANCE_TEST(Csv, IsTheTextOfAQuery) {
    auto database = co_await fresh_database(films);
    co_await database.execute("INSERT INTO film (id, title) VALUES (1, 'Alien'), (2, ''), (3, 'Brazil')");

    EXPECT_EQ(co_await database.copy_out(SqlQuery("SELECT id, title, rating FROM film WHERE id < ? ORDER BY id", 3)),
              "1,Alien,\n2,\"\",\n");
    EXPECT_EQ(co_await database.copy_out(SqlQuery("SELECT title FROM film WHERE id = :id", arg("id", 3))), "Brazil\n");
    EXPECT_EQ(co_await database.copy_out(select(film_table[&Film::title]).where(film_table[&Film::id] == 1)),
              "Alien\n");
}

CONFORMANCE_TEST(Csv, OfNoRowsIsItsHeader) {
    auto database = co_await fresh_database(films);

    EXPECT_EQ(co_await database.copy_out("film"), "");
    EXPECT_EQ(co_await database.copy_out("film", CsvOptions().with_header()), "id,title,rating,seen\n");
}

CONFORMANCE_TEST(Csv, GoesPartByPartToAConsumer) {
    auto database = co_await fresh_database(films);
    const std::string csv = many_records(20'000);
    co_await database.copy_in("film", csv);
    std::string all;
    std::size_t parts = 0;
    const auto consumer = [&](std::string_view part) {
        all += part;
        ++parts;
    };

    const Result result = co_await database.copy_out(SqlQuery("SELECT * FROM film ORDER BY id"), consumer);

    EXPECT_EQ(result.rows_affected, 20'000);
    EXPECT_EQ(result.command, "COPY");
    EXPECT_EQ(all, csv);
    EXPECT_GT(parts, 3U);
}

CONFORMANCE_TEST(Csv, WaitsForAConsumerThatIsACoroutine) {
    auto database = co_await fresh_database(films);
    co_await database.copy_in("film", many_records(10'000));

    co_await database.session([](Session& session) -> Task<> {
        std::string all;
        const auto consumer = [&](std::string_view part) -> Task<> {
            co_await session.execute("UPDATE film SET rating = 1 WHERE id = -1");  // the session can be used
            all += part;
        };
        co_await session.copy_out(SqlQuery("SELECT id, title, rating, seen FROM film ORDER BY id"), consumer);
        EXPECT_EQ(all, many_records(10'000));
    });
}

CONFORMANCE_TEST(Csv, EndsWithWhatItsConsumerThrows) {
    auto database = co_await fresh_database(films);
    co_await database.copy_in("film", many_records(20'000));
    const auto consumer = [](std::string_view) { throw std::runtime_error("disk full"); };

    EXPECT_THROW(co_await database.copy_out("film", consumer), std::runtime_error);
    co_await database.session([&](Session& session) -> Task<> {
        EXPECT_THROW(co_await session.copy_out("film", consumer), std::runtime_error);
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 20'000);
    });

    co_await database.execute("DELETE FROM film");  // nobody reads any more
}

CONFORMANCE_TEST(Csv, StopsWritingWhereItIsStopped) {
    auto database = co_await fresh_database(films);
    co_await database.copy_in("film", many_records(20'000));
    Event never;
    const auto consumer = [&](std::string_view) -> Task<> { co_await never.wait(); };

    EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{50}, database.copy_out("film", consumer)),
                 TimeoutError);

    co_await database.execute("DELETE FROM film");
}

CONFORMANCE_TEST(Csv, OfWhatIsNotThereIsAnError) {
    auto database = co_await fresh_database(films);

    EXPECT_THROW(co_await database.copy_out("flim"), UndefinedTableError);
    EXPECT_THROW(co_await database.copy_out("film", CsvOptions().columns("titel")), UndefinedColumnError);
    EXPECT_THROW(co_await database.copy_out("fi\"lm"), ParameterError);
    EXPECT_THROW(co_await database.copy_out(SqlQuery("SELECT titel FROM film")), UndefinedColumnError);
    EXPECT_THROW(co_await database.copy_out(SqlQuery("DELETE FROM film")), NotSupportedError);
    EXPECT_THROW(co_await database.copy_out("film", CsvOptions().delimiter('"')), ParameterError);
    EXPECT_THROW(co_await database.copy_in("flim", "1\n"), UndefinedTableError);
    EXPECT_THROW(co_await database.copy_in("film", "1,a\n", named("id", "titel")), UndefinedColumnError);
    EXPECT_THROW(co_await database.copy_in("film", "1,a\n", CsvOptions().delimiter('\n')), ParameterError);
}

CONFORMANCE_TEST(Csv, IsForReadersToo) {
    auto database = co_await fresh_database(films);
    co_await database.copy_in("film", "1,Alien,,\n");

    EXPECT_EQ(co_await database.reader().copy_out("film", named("id", "title")), "1,Alien\n");
    EXPECT_THROW(co_await database.reader().copy_in("film", "2,Brazil,,\n"), ReadOnlyError);
    EXPECT_EQ(co_await committed_rows("film"), 1);
}

// In

CONFORMANCE_TEST(Csv, FillsATable) {
    auto database = co_await fresh_database(films);

    const Result result = co_await database.copy_in("film", "1,Alien,8.5,t\r\n2,\"a\r\nb\",,false\r\n3,\"\",1e3,0\r\n");

    EXPECT_EQ(result.rows_affected, 3);
    using Stored = std::tuple<std::int64_t, std::string, std::optional<double>, bool>;
    const auto stored = co_await database.fetch_all<Stored>("SELECT id, title, rating, seen FROM film ORDER BY id");
    EXPECT_EQ(stored,
              (std::vector<Stored>{{1, "Alien", 8.5, true}, {2, "a\r\nb", std::nullopt, false}, {3, "", 1000, false}}));
    EXPECT_EQ(co_await committed_rows("film"), 3);
}

CONFORMANCE_TEST(Csv, FillsTheColumnsThatItsHeaderNames) {
    auto database = co_await fresh_database(films);

    co_await database.copy_in("film", "\xEF\xBB\xBFTitle,id\nAlien,1\n", CsvOptions().with_header());
    co_await database.copy_in("film", "nr,name\n2,Brazil\n", CsvOptions().with_header().columns("id", "title"));
    co_await database.copy_in(film_table, "3,Stalker,\n");

    EXPECT_EQ(co_await text_of_table(database), "1,Alien,\n2,Brazil,\n3,Stalker,\n");
    EXPECT_EQ(co_await database.fetch_val<int>("SELECT count(*) FROM film WHERE NOT seen"), 3);  // a default
}

CONFORMANCE_TEST(Csv, RefusesAHeaderThatNamesNoColumns) {
    auto database = co_await fresh_database(films);
    const auto options = CsvOptions().with_header();

    const auto unknown = co_await refusal_by<ParameterError>(database.copy_in("film", "id,titel\n1,Alien\n", options));
    const auto twice = co_await refusal_by<ParameterError>(database.copy_in("film", "id,id\n1,2\n", options));

    EXPECT_PRED2(mentions, unknown, "title is probably meant");
    EXPECT_PRED2(mentions, twice, "names the column id twice");
}

CONFORMANCE_TEST(Csv, OfNoRecordsDoesNothing) {
    auto database = co_await fresh_database(films);

    EXPECT_EQ((co_await database.copy_in("film", "")).rows_affected, 0);
    EXPECT_EQ((co_await database.copy_in("film", "", CsvOptions().with_header())).rows_affected, 0);
    EXPECT_EQ((co_await database.copy_in("film", "id,title", CsvOptions().with_header())).rows_affected, 0);
}

CONFORMANCE_TEST(Csv, ComesPartByPartFromAProducer) {
    auto database = co_await fresh_database(films);
    const std::string csv = many_records(20'000);
    std::size_t begin = 0;
    const auto producer = [&]() -> std::optional<std::string> {
        if (begin == csv.size()) return std::nullopt;
        const std::string part = csv.substr(begin, 777);
        begin += part.size();
        return part;
    };

    EXPECT_EQ((co_await database.copy_in("film", producer)).rows_affected, 20'000);

    EXPECT_EQ(co_await database.copy_out(SqlQuery("SELECT * FROM film ORDER BY id")), csv);
}

CONFORMANCE_TEST(Csv, WaitsForAProducerThatIsACoroutine) {
    auto database = co_await fresh_database(films);
    const std::vector<std::string> parts{"1,\"two ", "", "parts\",,\n"};
    std::size_t next = 0;
    const auto producer = [&]() -> Task<std::optional<std::string>> {
        co_await yield();
        if (next == parts.size()) co_return std::nullopt;
        co_return parts[next++];
    };

    co_await database.copy_in("film", producer);

    EXPECT_EQ(co_await text_of_table(database), "1,two parts,\n");
}

CONFORMANCE_TEST(Csv, InsertsNothingWhereItsProducerThrows) {
    auto database = co_await fresh_database(films);
    for (const std::int64_t good : {0, 1, 1'000}) {
        std::int64_t next = 0;
        const auto producer = [&]() -> std::optional<std::string> {
            if (next == 100 * good) throw std::runtime_error("no more");
            std::string part;
            for (int i = 0; i < 100; ++i) part += std::to_string(next++) + ",title,,\n";
            return part;
        };

        EXPECT_THROW(co_await database.copy_in("film", producer), std::runtime_error);

        EXPECT_EQ(co_await committed_rows("film"), 0);
    }
}

CONFORMANCE_TEST(Csv, EndsWithoutRowsWhereItIsStopped) {
    auto database = co_await fresh_database(films);
    for (const std::int64_t good : {0, 1, 5'000}) {
        std::int64_t next = 0;
        Event never;
        const auto producer = [&]() -> Task<std::optional<std::string>> {
            if (next == good) co_await never.wait();
            co_return std::to_string(next++) + ",title,,\n";
        };

        EXPECT_THROW(co_await with_timeout(std::chrono::milliseconds{50}, database.copy_in("film", producer)),
                     TimeoutError);

        EXPECT_EQ(co_await committed_rows("film"), 0);
    }
    EXPECT_EQ((co_await database.copy_in("film", "1,Alien,,\n")).rows_affected, 1);
}

CONFORMANCE_TEST(Csv, RefusesAProducerThatWouldWaitForItself) {
    auto database = co_await fresh_database(films);

    co_await database.session([](Session& session) -> Task<> {
        std::int64_t next = 0;
        const auto producer = [&]() -> Task<std::optional<std::string>> {
            if (next > 3'000) co_await session.execute("SELECT 1");
            co_return std::to_string(next++) + ",title,,\n";
        };
        EXPECT_THROW(co_await session.copy_in("film", producer), UsageError);
        EXPECT_EQ(co_await session.fetch_val<int>("SELECT count(*) FROM film"), 0);
    });
}

// What is wrong

CONFORMANCE_TEST(Csv, NamesTheLineAndTheRecordThatTheDatabaseRefuses) {
    auto database = co_await fresh_database(films);
    std::string csv = "id,title\n-2,\"two\nlines\"\n";
    for (int id = 0; id < 5'000; ++id) csv += std::to_string(id) + ",title\n";
    csv += "17,hunter2\n";

    const auto options = CsvOptions().with_header();
    const auto message = co_await refusal_by<UniqueViolation>(database.copy_in("film", csv, options));

    EXPECT_TRUE(message.starts_with("line 5004 (record 5002)")) << message;
    EXPECT_FALSE(mentions(message, "hunter2"));
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Csv, NamesTheLineThatIsNoRecord) {
    auto database = co_await fresh_database(films);
    const auto refusal_of = [&](std::string csv) {
        return refusal_by<ParameterError>(database.copy_in("film", std::move(csv), named("id", "title")));
    };

    const auto too_few = co_await refusal_of("1,a\n2\n");
    const auto too_many = co_await refusal_of("1,a\n\n");
    const auto open = co_await refusal_of("1,a\n2,\"hunter2\n");
    const auto open_at_once = co_await refusal_of("1,\"a\nb\"\n\"hunter2\n");

    EXPECT_EQ(too_few, "line 2 (record 2): the record has 1 fields, for 2 columns");
    EXPECT_EQ(too_many, "line 2 (record 2): the record has 1 fields, for 2 columns");
    EXPECT_EQ(open, "line 2 (record 2): the quote that is opened in line 2 is not closed");
    EXPECT_EQ(open_at_once, "line 3 (record 2): the quote that is opened in line 3 is not closed");
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Csv, NamesTheColumnWhoseNullIsRefused) {
    auto database = co_await fresh_database(films);

    const auto message = co_await refusal_by<NotNullViolation>(database.copy_in("film", "1,Alien,,\n2,,,\n"));

    EXPECT_TRUE(message.starts_with("line 2 (record 2), column title: ")) << message;
    EXPECT_EQ(co_await committed_rows("film"), 0);
}

CONFORMANCE_TEST(Csv, ThatFailsLeavesTheRestOfItsSession) {
    auto database = co_await fresh_database(films);

    co_await database.session([&](Session& session) -> Task<> {
        co_await session.execute("INSERT INTO film (id, title) VALUES (9000, 'Solaris')");
        EXPECT_THROW(co_await session.copy_in("flim", "1\n"), UndefinedTableError);
        EXPECT_THROW(co_await session.copy_in("film", many_records(3'000) + "1,again,,\n"), UniqueViolation);
        EXPECT_THROW(co_await session.copy_in("film", many_records(3'000) + "1\n"), ParameterError);
        co_await session.copy_in("film", "9001,Stalker,,\n");
    });

    EXPECT_EQ(co_await committed_rows("film"), 2);
}

CONFORMANCE_TEST(Csv, IsAPartOfItsSession) {
    auto database = co_await fresh_database(films);
    Session session = database.session();

    co_await session.copy_in("film", many_records(2'000));
    EXPECT_EQ(co_await session.copy_out(SqlQuery("SELECT * FROM film ORDER BY id")), many_records(2'000));
    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await session.rollback();

    EXPECT_EQ(co_await committed_rows("film"), 0);
    co_await session.close();
}

// Files

CONFORMANCE_TEST(Csv, GoesThroughAFile) {
    auto database = co_await fresh_database(films);
    const TemporaryFolder folder;
    const CsvFile file{folder.path("films.csv")};
    const std::string csv = many_records(5'000);
    co_await database.copy_in("film", csv);
    write_file(file.path(), "an older one");

    EXPECT_EQ((co_await database.copy_out(SqlQuery("SELECT * FROM film ORDER BY id"), file)).rows_affected, 5'000);
    co_await database.execute("DELETE FROM film");
    EXPECT_EQ((co_await database.copy_in("film", file)).rows_affected, 5'000);

    EXPECT_EQ(text_of_file(file.path()), csv);
    EXPECT_EQ(co_await database.copy_out(SqlQuery("SELECT * FROM film ORDER BY id")), csv);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path()}, {}), 1);
}

CONFORMANCE_TEST(Csv, LeavesFilesOfOthersBesideItsOwnAlone) {
    auto database = co_await fresh_database(films);
    const TemporaryFolder folder;
    const CsvFile file{folder.path("films.csv")};
    write_file(file.path() + ".partial", "somebody else's");
    const std::string csv = many_records(20'000);
    co_await database.copy_in("film", csv);

    const SqlQuery query{"SELECT * FROM film ORDER BY id"};
    co_await when_all(database.copy_out(query, file), database.copy_out(query, file));

    EXPECT_EQ(text_of_file(file.path()), csv);
    EXPECT_EQ(text_of_file(file.path() + ".partial"), "somebody else's");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path()}, {}), 2);
}

CONFORMANCE_TEST(Csv, LeavesAFileAsItWasWhereItFails) {
    auto database = co_await fresh_database(films);
    const TemporaryFolder folder;
    const CsvFile file{folder.path("films.csv")};
    write_file(file.path(), "an older one");
    co_await database.copy_in("film", many_records(20'000));
    CsvOptions options;
    options.on_progress([](const BulkProgress&) { throw std::runtime_error("enough"); });

    EXPECT_THROW(co_await database.copy_out("film", file, options), std::runtime_error);

    EXPECT_EQ(text_of_file(file.path()), "an older one");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder.path()}, {}), 1);
}

CONFORMANCE_TEST(Csv, NamesTheFileThatIsWrong) {
    auto database = co_await fresh_database(films);
    const TemporaryFolder folder;
    const CsvFile file{folder.path("films.csv")};

    const auto missing = co_await refusal_by<ParameterError>(database.copy_in("film", file));
    const auto is_folder = co_await refusal_by<ParameterError>(database.copy_in("film", CsvFile(folder.path())));
    const auto nowhere =
        co_await refusal_by<ParameterError>(database.copy_out("film", CsvFile(folder.path("no/films.csv"))));
    write_file(file.path(), "1,Alien,,\n2\n");
    const auto broken = co_await refusal_by<ParameterError>(database.copy_in("film", file));

    EXPECT_EQ(missing, "the file '" + file.path() + "' cannot be read: No such file or directory");
    EXPECT_EQ(is_folder, "the file '" + folder.path() + "' cannot be read: Is a directory");
    EXPECT_PRED2(mentions, nowhere, "cannot be written: No such file or directory");
    EXPECT_EQ(broken, file.path() + ":2 (record 2): the record has 1 fields, for 4 columns");
}

// The rest

CONFORMANCE_TEST(Csv, TellsHowFarItIs) {
    auto database = co_await fresh_database(films);
    std::vector<BulkProgress> steps;
    CsvOptions options;
    options.on_progress([&](const BulkProgress& progress) { steps.push_back(progress); });

    co_await database.copy_in("film", many_records(20'000), options);
    const std::size_t of_input = steps.size();
    EXPECT_EQ(steps.back().rows, 20'000);
    co_await database.copy_out("film", options);

    EXPECT_GT(of_input, 2U);
    EXPECT_GT(steps.size() - of_input, 2U);
    EXPECT_EQ(steps.back().rows, 20'000);
    EXPECT_EQ(steps.back().bytes, static_cast<std::int64_t>(many_records(20'000).size()));
}

CONFORMANCE_TEST(Csv, LeavesGeneratedColumnsOut) {
    auto database = co_await fresh_database(
        "CREATE TABLE pair (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) STORED, c INTEGER)");

    co_await database.copy_in("pair", "1,2\n");

    EXPECT_EQ(co_await database.fetch_val<int>("SELECT b FROM pair"), 2);
    EXPECT_EQ(co_await database.copy_out("pair"), "1,2\n");
}

CONFORMANCE_TEST(Csv, FindsATableInASchema) {
    auto database = co_await fresh_database("CREATE TABLE \"Pa'ir\" (a INTEGER, \"b c\" TEXT)");
    const std::string name = support::on_sqlite() ? "main.Pa'ir" : "public.Pa'ir";

    co_await database.copy_in(name, "a,b c\n1,x\n", CsvOptions().with_header());

    EXPECT_EQ(co_await database.copy_out(name, CsvOptions().with_header()), "a,b c\n1,x\n");
}

CONFORMANCE_TEST(Csv, KeepsHugeFields) {
    auto database = co_await fresh_database("CREATE TABLE text (t TEXT)");
    std::string huge(20 * 1024 * 1024, 'x');
    huge[huge.size() / 2] = '"';
    const std::vector<std::string> rows{huge};
    co_await database.bulk_insert("text", rows);

    const std::string csv = co_await database.copy_out("text");
    co_await database.execute("DELETE FROM text");
    co_await database.copy_in("text", csv);

    EXPECT_TRUE(co_await database.fetch_val<std::string>("SELECT t FROM text") == huge);
}

CONFORMANCE_TEST(Csv, IsReadAsTheTextThatItWas) {
    auto database = co_await fresh_database("CREATE TABLE text (n INTEGER, t TEXT)");
    using Stored = std::tuple<int, std::optional<std::string>>;
    std::vector<Stored> rows;
    for (const char* text : {"", "\\.", "\\N", "NULL", "\"", "a\nb", "\r\n", "\n", "\xEF\xBB\xBF", " x ", "a,b",
                             "\\x00", "\t", "t", "1.0", "ümlaut"}) {
        rows.emplace_back(static_cast<int>(rows.size()), text);
    }
    rows.emplace_back(99, std::nullopt);
    co_await database.bulk_insert("text", rows);

    for (const auto& options : {CsvOptions(), CsvOptions().null_text("NULL").delimiter(';').quote('\''),
                                CsvOptions().with_header().delimiter('\t').null_text("\\N")}) {
        const std::string csv = co_await database.copy_out("text", options);
        const std::string alone = co_await database.copy_out(SqlQuery("SELECT t FROM text ORDER BY n"));
        co_await database.execute("DELETE FROM text");
        co_await database.copy_in("text", csv, options);
        EXPECT_EQ(co_await database.fetch_all<Stored>("SELECT n, t FROM text ORDER BY n"), rows);
        EXPECT_EQ(co_await database.copy_out(SqlQuery("SELECT t FROM text ORDER BY n")), alone);
    }
}

CONFORMANCE_TEST(Csv, IsThereForBlockingDatabases) {
    {
        BlockingDatabase database{support::fresh_url()};
        database.execute(films);
        EXPECT_EQ(database.copy_in("film", many_records(1'000)).rows_affected, 1'000);
        database.session([&](BlockingSession& session) {
            std::string all;
            const auto consumer = [&](std::string_view part) { all += part; };
            EXPECT_THROW(session.copy_in(film_table, "1,again,\n"), UniqueViolation);
            EXPECT_EQ(session.copy_out(SqlQuery("SELECT * FROM film ORDER BY id"), consumer).rows_affected, 1'000);
            EXPECT_EQ(all, many_records(1'000));
        });
        EXPECT_EQ(database.copy_out("film", CsvOptions().columns("id")).substr(0, 4), "0\n1\n");
        EXPECT_EQ(database.reader().copy_out(SqlQuery("SELECT max(id) FROM film")), "999\n");
    }
    EXPECT_EQ(co_await committed_rows("film"), 1'000);
}

}  // namespace
