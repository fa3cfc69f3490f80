// CSV as text: what is written, what is read, and that the one is the other.
#include "csv/csv_reader.hpp"
#include "csv/csv_writer.hpp"
#include "csv/record_lines.hpp"
#include "support/cells.hpp"

#include <databased/error.hpp>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using detail::CsvFormat;
using detail::CsvReader;
using detail::CsvWriter;

using Field = std::optional<std::string>;
using Record = std::vector<Field>;
using Records = std::vector<Record>;

/// `text` comes in parts of that size.
Records read(std::string_view text, std::size_t size_of_parts = 1'000'000, CsvFormat format = {}) {
    Records records;
    Record record;
    CsvReader reader{std::move(format)};
    std::string part;  // a copy, so that what is kept too long is seen
    while (true) {
        switch (reader.next()) {
            case CsvReader::Step::field:
                record.push_back(reader.field().is_null() ? Field() : Field(reader.field().text()));
                break;
            case CsvReader::Step::end_of_record:
                records.push_back(std::exchange(record, {}));
                break;
            case CsvReader::Step::more:
                part.assign(part.size(), '#');
                part = text.substr(0, size_of_parts);
                text.remove_prefix(part.size());
                part.empty() ? reader.finish() : reader.feed(part);
                break;
            case CsvReader::Step::end:
                return records;
        }
    }
}

std::string written(const Records& records, CsvFormat format = {}) {
    CsvWriter writer{std::move(format)};
    for (const Record& record : records) {
        for (const Field& field : record) field ? writer.text(*field) : writer.null();
        writer.end_record();
    }
    return writer.written();
}

std::string refusal(std::string_view text, CsvFormat format = {}) {
    try {
        read(text, 3, std::move(format));
    } catch (const ParameterError& error) {
        return error.what();
    }
    return {};
}

struct Reading {
    std::string_view text;
    Records records;
};

TEST(CsvReader, ReadsWhatPostgresqlReads) {
    const std::vector<Reading> readings{{"", {}},
                                        {"a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
                                        {"a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
                                        {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
                                        {"a,b\rc,d\r", {{"a", "b"}, {"c", "d"}}},
                                        {"a\r", {{"a"}}},
                                        {",\n", {{std::nullopt, std::nullopt}}},
                                        {"\n\n", {{std::nullopt}, {std::nullopt}}},
                                        {"\"\",\n", {{"", std::nullopt}}},
                                        {"\"a\"\"b\",\"c\nd\r\ne\"\n", {{"a\"b", "c\nd\r\ne"}}},
                                        {"a\"b,c\"d\n", {{"ab,cd"}}},
                                        {"\"a\"b\"c\"\n", {{"abc"}}},
                                        {"\\.\nb\n", {{"\\."}, {"b"}}},
                                        {" a , b \n", {{" a ", " b "}}},
                                        {"\xEF\xBB\xBF"
                                         "a,b\n",
                                         {{"a", "b"}}},
                                        {"\xEF\xBB\xBF\"a,b\"\n", {{"a,b"}}},
                                        {"\xEF\xBB\xBF\n", {{std::nullopt}}},
                                        {"\"\xEF\xBB\xBF"
                                         "a\"\n",
                                         {{"\xEF\xBB\xBF"
                                           "a"}}},
                                        {"a\n\xEF\xBB\xBF"
                                         "b\n",
                                         {{"a"},
                                          {"\xEF\xBB\xBF"
                                           "b"}}},
                                        {std::string_view{"a\0b\n", 4}, {{std::string{"a\0b", 3}}}}};
    for (const Reading& reading : readings) {
        for (std::size_t size = 1; size < 6; ++size)
            EXPECT_EQ(read(reading.text, size), reading.records) << reading.text;
    }
}

TEST(CsvReader, KnowsTheLineInWhichARecordBegins) {
    const std::string text = "a\n\"b\nc\nd\"\ne\n";
    CsvReader reader{CsvFormat{}};
    reader.feed(text);
    std::vector<std::size_t> lines;
    for (auto step = reader.next(); step != CsvReader::Step::more; step = reader.next()) {
        if (step == CsvReader::Step::end_of_record) lines.push_back(reader.line());
    }

    EXPECT_EQ(lines, (std::vector<std::size_t>{1, 2, 5}));
}

TEST(CsvReader, RefusesAQuoteThatIsNotClosedWithItsLine) {
    EXPECT_EQ(refusal("a\nb,\"hunter2\n\n"), "the quote that is opened in line 2 is not closed");
}

TEST(CsvReader, RefusesLinesThatEndInTwoWays) {
    for (const auto* const text : {"a\nb\r\n", "a\r\nb\n", "a\nb\rc\n", "a\rb\n"}) {
        EXPECT_TRUE(refusal(text).starts_with("line 2 does not end as the lines before it do")) << text;
    }
}

TEST(CsvReader, TakesOtherCharactersAndAnotherNull) {
    const CsvFormat format{.delimiter = '\t', .quote = '\'', .null_text = "\\N"};

    EXPECT_EQ(read("a,\t'b\t''\"'\t\\N\t\t'\\N'\n", 2, format), (Records{{"a,", "b\t'\"", std::nullopt, "", "\\N"}}));
}

TEST(CsvFormat, IsRefusedWhereWhatIsWrittenCouldNotBeRead) {
    EXPECT_THROW(CsvReader(CsvFormat{.delimiter = '\n'}), ParameterError);
    EXPECT_THROW(CsvReader(CsvFormat{.quote = '\0'}), ParameterError);
    EXPECT_THROW(CsvReader(CsvFormat{.delimiter = '\xC3'}), ParameterError);
    EXPECT_THROW(CsvReader(CsvFormat{.delimiter = '"'}), ParameterError);
    EXPECT_THROW(CsvWriter(CsvFormat{.null_text = "a,b"}), ParameterError);
    EXPECT_THROW(CsvWriter(CsvFormat{.null_text = "\""}), ParameterError);
}

TEST(CsvWriter, QuotesWhatWouldBeReadAsSomethingElse) {
    EXPECT_EQ(written({{"a", "b c"}, {"", std::nullopt}, {"a,b", "a\"b"}, {"a\nb", "a\rb"}}),
              "a,b c\n\"\",\n\"a,b\",\"a\"\"b\"\n\"a\nb\",\"a\rb\"\n");
    EXPECT_EQ(written({{"NULL", std::nullopt, ""}}, CsvFormat{.null_text = "NULL"}), "\"NULL\",NULL,\n");
}

TEST(CsvWriter, QuotesWhatAloneInALineEndsTheDataForOthers) {
    EXPECT_EQ(written({{"\\."}, {"\\.", "\\."}}), "\"\\.\"\n\\.,\\.\n");
}

TEST(CsvWriter, QuotesAByteOrderMarkThatIsText) {
    EXPECT_EQ(written({{"\xEF\xBB\xBF"}, {"\xEF\xBB\xBF"}}), "\"\xEF\xBB\xBF\"\n\xEF\xBB\xBF\n");
}

TEST(Csv, IsReadAsItWasWritten) {
    std::mt19937 random{42};
    const auto pick = [&](std::size_t count) {
        return std::uniform_int_distribution<std::size_t>{0, count - 1}(random);
    };
    const std::vector<std::string> pieces{"a",
                                          "\"",
                                          "'",
                                          ",",
                                          ";",
                                          "\n",
                                          "\r",
                                          "\r\n",
                                          "\\.",
                                          "\\",
                                          "NULL",
                                          " ",
                                          "\xEF\xBB\xBF",
                                          "\t",
                                          std::string(1, '\0'),
                                          "\xC3\xA4"};
    const std::vector<CsvFormat> formats{
        {}, {.delimiter = ';', .null_text = "NULL"}, {.quote = '\''}, {.delimiter = '\\', .null_text = "."}};
    for (int round = 0; round < 3'000; ++round) {
        const CsvFormat& format = formats[pick(formats.size())];
        const std::size_t width = 1 + pick(3);
        Records records(pick(6));
        for (Record& record : records) {
            for (std::size_t i = 0; i < width; ++i) {
                Field& field = record.emplace_back();
                if (pick(5) == 0) continue;
                field.emplace();
                for (std::size_t piece = pick(5); piece > 0; --piece) *field += pieces[pick(pieces.size())];
            }
        }
        const std::string text = written(records, format);
        ASSERT_EQ(read(text, 1 + pick(7), format), records) << text;
    }
}

TEST(RecordLines, AreFoundForRecordsOfSeveralLines) {
    detail::RecordLines lines;
    std::size_t line = 2;
    for (std::size_t record = 0; record < 100; ++record) {
        lines.add(record, line);
        line += record == 10 ? 5 : 1;
    }

    EXPECT_EQ(lines.find(0), 2u);
    EXPECT_EQ(lines.find(10), 12u);
    EXPECT_EQ(lines.find(11), 17u);
    EXPECT_EQ(lines.find(99), 105u);
}

TEST(RecordLines, AreForgottenInTheEnd) {
    detail::RecordLines lines;
    for (std::size_t record = 0; record < 100'000; ++record) lines.add(record, 3 * record + 1);

    EXPECT_EQ(lines.find(10), std::nullopt);
    EXPECT_EQ(lines.find(99'999), 299'998u);
}

template <class E>
std::string placed(E error, std::string_view name) {
    detail::RecordLines lines;
    lines.add(0, 2);
    lines.add(5, 17);
    try {
        std::rethrow_exception(detail::with_line(std::make_exception_ptr(std::move(error)), lines, name));
    } catch (const E& placed) {
        return placed.what();
    }
}

TEST(RecordLines, AreSaidInThePlaceOfItems) {
    const QueryError about_column{{.message = "item 6: not so", .sqlstate = "22P02", .columns = {"year"}}};

    EXPECT_EQ(placed(ParameterError("item 5: not so"), {}), "line 17 (record 6): not so");
    EXPECT_EQ(placed(ParameterError("item 5: not so"), "films.csv"), "films.csv:17 (record 6): not so");
    EXPECT_EQ(placed(about_column, {}), "line 18 (record 7), column year: not so");
    EXPECT_EQ(placed(ParameterError("items are not so"), "films.csv"), "items are not so");
}

}  // namespace
