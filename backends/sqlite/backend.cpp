#include "backend.hpp"

#include "connection.hpp"
#include "listening.hpp"
#include "options.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <system_error>

namespace databased::sqlite {

namespace {

class SqliteBackend final : public DatabaseBackend {
  public:
    explicit SqliteBackend(const Url& url) : options_(read_options(url)) {}

    const Dialect& dialect() const noexcept override { return sqlite_dialect; }

    Capabilities capabilities() const noexcept override {
        Capabilities capabilities;
        capabilities.single_writer = !options_.in_memory();
        capabilities.single_connection = options_.in_memory();
        capabilities.stops_one_of_many = true;
        capabilities.connections_can_be_lost = false;
        capabilities.read_only = options_.mode == OpenMode::read_only;
        capabilities.always_serializable = true;
        capabilities.cursors = true;
        capabilities.fetches_ahead = true;
        capabilities.notifications = true;
        return capabilities;
    }

    /// A read that takes long is not said to be one: others would wait behind it.
    backend::Nature nature(const SqlText& text, detail::Clock::time_point) const noexcept override {
        return quick_reads_->quick.has(text.hash) ? backend::Nature::read : backend::Nature::unknown;
    }

    Task<std::unique_ptr<SessionBackend>> open(backend::Opening opening) override {
        const detail::Context& context = co_await detail::this_context();
        settle_path();
        auto connection =
            std::make_unique<Connection>(*context.loop, options_, opening.access, quick_reads_, memory_news_);
        co_await connection->open();
        if (connection->writer_queue() != nullptr) writer_queue_ = connection->writer_queue();
        co_return connection;
    }

    Task<std::unique_ptr<backend::ListeningBackend>> listen(backend::Opening,
                                                            backend::NotificationSink& sink) override {
        const detail::Context& context = co_await detail::this_context();
        settle_path();
        co_return std::make_unique<Listening>(
            *context.loop, options_.in_memory() ? memory_news_ : NewsHub::of_file(options_.path), options_, sink);
    }

    const void* writers_queue() const noexcept override { return writer_queue_.get(); }

  private:
    /// All connections are to one file, also if the program changes its working directory meanwhile. An absolute path
    /// is no URI to SQLite either, whatever it was built with.
    void settle_path() {
        std::error_code error;
        if (options_.in_memory()) return;
        if (auto path = std::filesystem::absolute(options_.path, error); !error) options_.path = path.string();
    }

    // https://www.sqlite.org/limits.html#max_variable_number: 32766 since 3.32, unless compiled otherwise.
    SqliteOptions options_;
    std::shared_ptr<NewsHub> memory_news_ = options_.in_memory() ? std::make_shared<NewsHub>() : nullptr;
    std::shared_ptr<WriterQueue> writer_queue_;
    std::shared_ptr<QuickReads> quick_reads_ = std::make_shared<QuickReads>();
};

}  // namespace

std::unique_ptr<DatabaseBackend> make_backend(const Url& url) { return std::make_unique<SqliteBackend>(url); }

}  // namespace databased::sqlite
