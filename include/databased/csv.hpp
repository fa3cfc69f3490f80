// CSV out of tables and into them: how it is written, where it goes, and where it comes from.
#pragma once

#include <databased/bulk.hpp>
#include <databased/detail/callback.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/fetch.hpp>
#include <databased/detail/owner.hpp>
#include <databased/parameters.hpp>
#include <databased/query/table.hpp>
#include <databased/result.hpp>
#include <databased/statement.hpp>
#include <databased/task.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

namespace detail {

struct CsvFormat {
    char delimiter = ',';
    char quote = '"';
    bool has_header = false;
    std::string null_text{};
};

}  // namespace detail

/// How CSV is written and read. The defaults are those of PostgreSQL's COPY: commas and quotation marks, no header;
/// NULL is an empty field, an empty text is "".
class DATABASED_API CsvOptions {
  public:
    CsvOptions() noexcept;
    CsvOptions(const CsvOptions& other);
    CsvOptions(CsvOptions&& other) noexcept;
    CsvOptions& operator=(const CsvOptions& other);
    CsvOptions& operator=(CsvOptions&& other) noexcept;
    ~CsvOptions();

    /// The first record names the columns: copy_in() finds them by that, in any order, unless columns() says them.
    CsvOptions& with_header();
    CsvOptions& delimiter(char delimiter);
    /// Around fields that need it; twice, it is itself.
    CsvOptions& quote(char quote);
    /// What a field is, without quotation marks, that is NULL.
    CsvOptions& null_text(std::string_view text);
    /// Those of the table that are written or read, in the order of these.
    template <std::convertible_to<std::string_view>... Names>
        requires(sizeof...(Names) > 0)
    CsvOptions& columns(const Names&... names) {
        columns_.clear();
        (columns_.emplace_back(std::string_view{names}), ...);
        return *this;
    }
    CsvOptions& columns(std::vector<std::string> names);
    /// `hook` is called after each part: of the text that was written, of the rows that were handed over. What it
    /// throws ends the copy.
    CsvOptions& on_progress(detail::Callback<void(const BulkProgress&)> hook);

    const detail::CsvFormat& format() const noexcept { return format_; }
    const std::vector<std::string>& columns() const noexcept { return columns_; }
    const detail::Callback<void(const BulkProgress&)>& on_progress() const noexcept { return on_progress_; }

  private:
    detail::CsvFormat format_;
    std::vector<std::string> columns_;
    detail::Callback<void(const BulkProgress&)> on_progress_;
};

/// A file as the place of CSV. It is read and written on the loop's thread. One that is written takes the place of an
/// older one when all of it is there, and not before.
class CsvFile {
  public:
    explicit CsvFile(std::string_view path) : path_(path) {}
    const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

/// A SELECT with its arguments, for a verb that takes more behind them:
/// copy_out(SqlQuery("SELECT … WHERE year > ?", 1990), sink).
class SqlQuery {
  public:
    template <class... Args>
    explicit SqlQuery(std::string_view sql, const Args&... args) : sql_(sql), parameters_(args...) {}

    const std::string& sql() const noexcept { return sql_; }
    const Parameters& parameters() const noexcept { return parameters_; }

  private:
    std::string sql_;
    Parameters parameters_;
};

namespace detail {

/// Takes CSV in parts.
class DATABASED_API CsvSink {
  public:
    virtual ~CsvSink();
    /// `part` is valid until the task has ended; it may end within a record.
    virtual Task<> write(std::string_view part) = 0;
    /// All was written.
    virtual void finish() {}
};

/// Gives CSV in parts.
class DATABASED_API CsvSource {
  public:
    virtual ~CsvSource();
    /// Some text, none at the end. Valid until the next call.
    virtual Task<std::string_view> next() = 0;
    /// Of its file, for messages; empty if it is none.
    virtual std::string_view name() const noexcept { return {}; }
};

/// `void consumer(std::string_view)`, or the same as a coroutine.
template <class F>
concept CsvConsumer =
    std::invocable<F&, std::string_view> && (std::is_void_v<std::invoke_result_t<F&, std::string_view>> ||
                                             std::same_as<std::invoke_result_t<F&, std::string_view>, Task<>>);

template <class T>
inline constexpr bool gives_text = false;
template <std::convertible_to<std::string_view> T>
inline constexpr bool gives_text<std::optional<T>> = true;
template <std::convertible_to<std::string_view> T>
inline constexpr bool gives_text<Task<std::optional<T>>> = true;

/// `std::optional<std::string> producer()`, or the same as a coroutine: some text, nothing at the end.
template <class F>
concept CsvProducer = std::invocable<F&> && gives_text<std::invoke_result_t<F&>>;

template <class S>
concept CsvDestination = std::same_as<std::remove_cvref_t<S>, CsvFile> || CsvConsumer<std::remove_reference_t<S>>;
template <class S>
concept CsvOrigin = std::same_as<std::remove_cvref_t<S>, CsvFile> || std::convertible_to<S, std::string_view> ||
                    CsvProducer<std::remove_reference_t<S>>;

/// F is a reference where the consumer was an lvalue.
template <class F>
class ConsumedCsv final : public CsvSink {
  public:
    explicit ConsumedCsv(F&& consumer) : consumer_(std::forward<F>(consumer)) {}
    Task<> write(std::string_view part) override {
        if constexpr (std::is_void_v<std::invoke_result_t<F&, std::string_view>>) {
            consumer_(part);
            co_return;
        } else {
            co_await consumer_(part);
        }
    }

  private:
    F consumer_;
};

/// F is a reference where the producer was an lvalue.
template <class F>
class ProducedCsv final : public CsvSource {
    static constexpr bool is_awaited = is_task<std::invoke_result_t<F&>>;

  public:
    explicit ProducedCsv(F&& producer) : producer_(std::forward<F>(producer)) {}
    Task<std::string_view> next() override {
        std::string_view text;
        do {
            if constexpr (is_awaited) {
                part_ = co_await producer_();
            } else {
                part_ = producer_();
            }
            text = part_ ? std::string_view{*part_} : std::string_view{};
        } while (part_ && text.empty());
        co_return text;
    }

  private:
    template <class Answer>
    struct PartOf {
        using type = Answer;
    };
    template <class Answer>
    struct PartOf<Task<Answer>> {
        using type = Answer;
    };

    F producer_;
    typename PartOf<std::invoke_result_t<F&>>::type part_;
};

/// Text is a std::string where it was a temporary one, else a view.
template <class Text>
class CsvText final : public CsvSource {
  public:
    explicit CsvText(Text text) : text_(std::move(text)) {}
    Task<std::string_view> next() override { co_return std::exchange(was_given_, true) ? std::string_view{} : text_; }

  private:
    Text text_;
    bool was_given_ = false;
};

DATABASED_API Owner<CsvSink> make_file_sink(const CsvFile& file);
DATABASED_API Owner<CsvSource> make_file_source(const CsvFile& file);

template <class S>
Owner<CsvSink> make_csv_sink(S&& sink) {
    if constexpr (std::same_as<std::remove_cvref_t<S>, CsvFile>) {
        return make_file_sink(sink);
    } else {
        return Owner<CsvSink>{new ConsumedCsv<S>{std::forward<S>(sink)}};
    }
}

template <class S>
Owner<CsvSource> make_csv_source(S&& source) {
    if constexpr (std::same_as<std::remove_cvref_t<S>, CsvFile>) {
        return make_file_source(source);
    } else if constexpr (std::same_as<S, std::string>) {
        return Owner<CsvSource>{new CsvText<std::string>{std::move(source)}};
    } else if constexpr (std::convertible_to<S, std::string_view>) {
        return Owner<CsvSource>{new CsvText<std::string_view>{source}};
    } else {
        return Owner<CsvSource>{new ProducedCsv<S>{std::forward<S>(source)}};
    }
}

/// A table by its name, perhaps with a schema and a dot before it, or by its definition.
struct DATABASED_API CsvTable {
    explicit CsvTable(std::string_view name_of_table);
    explicit CsvTable(std::shared_ptr<const TableDefinition> definition_of_table);
    CsvTable(CsvTable&& other) noexcept;
    ~CsvTable();

    std::string name;
    std::shared_ptr<const TableDefinition> definition{};
};

DATABASED_API Task<Result> run_copy_out(Target target, Statement::Pointer query, Owner<CsvSink> sink,
                                        CsvOptions options);
DATABASED_API Task<Result> run_copy_out(Target target, CsvTable table, Owner<CsvSink> sink, CsvOptions options);
DATABASED_API Task<std::string> run_copy_out(Target target, Statement::Pointer query, CsvOptions options);
DATABASED_API Task<std::string> run_copy_out(Target target, CsvTable table, CsvOptions options);
DATABASED_API Task<Result> run_copy_in(Target target, CsvTable table, Owner<CsvSource> source, CsvOptions options);

}  // namespace detail
}  // namespace databased
