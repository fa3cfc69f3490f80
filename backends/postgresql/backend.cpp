#include "backend.hpp"

#include "connection.hpp"
#include "listening.hpp"
#include "opening.hpp"
#include "options.hpp"

namespace databased::postgresql {

namespace {

class PostgresqlBackend final : public DatabaseBackend {
  public:
    explicit PostgresqlBackend(const Url& url) : options_(read_options(url)) {}

    const Dialect& dialect() const noexcept override { return postgresql_dialect; }

    Capabilities capabilities() const noexcept override {
        Capabilities capabilities;
        capabilities.pipelines = true;
        capabilities.stops_one_of_many = true;
        capabilities.shared_depth = 32;
        capabilities.takes_passwords = true;
        capabilities.cursors = true;
        capabilities.fetches_ahead = true;
        capabilities.bulk = true;
        capabilities.notifications = true;
        return capabilities;
    }

    /// A read that takes long is not said to be one: others would wait behind it.
    Nature nature(const SqlText& text, detail::Clock::time_point now) const noexcept override {
        return proofs_.known_nature(text, now);
    }

    Task<std::unique_ptr<SessionBackend>> open(backend::Opening opening) override {
        co_return co_await connect(std::move(opening));
    }

    Task<std::unique_ptr<backend::ListeningBackend>> listen(backend::Opening opening,
                                                            backend::NotificationSink& sink) override {
        auto connection = co_await connect(std::move(opening));
        co_return std::make_unique<Listening>(std::move(connection), sink);
    }

  private:
    Task<std::unique_ptr<Connection>> connect(backend::Opening opening) {
        PostgresqlOptions how = options_;
        if (opening.password) how.keywords.set("password", *opening.password);
        const detail::Context& context = co_await detail::this_context();
        auto handle = co_await open_connection(*context.loop, how);
        auto connection = std::make_unique<Connection>(*context.loop, std::move(handle), options_, catalog_, proofs_);
        co_await connection->prepare();
        connection->tell_notices_to(std::move(opening.on_notice));
        co_return connection;
    }

    // https://www.postgresql.org/docs/current/protocol-message-formats.html: Bind counts parameters in 16 bits.
    PostgresqlOptions options_;
    TypeCatalog catalog_;
    Proofs proofs_;
};

}  // namespace

std::unique_ptr<DatabaseBackend> make_backend(const Url& url) { return std::make_unique<PostgresqlBackend>(url); }

}  // namespace databased::postgresql
