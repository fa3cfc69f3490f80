#include "support/certificates.hpp"

#include "support/server_process.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

namespace support {

namespace {

using Words = std::vector<std::string>;

/// A new private key, and a request for it.
Words request(const std::string& common_name, const std::string& key, const std::string& output) {
    return {"/usr/bin/openssl",
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            key,
            "-out",
            output,
            "-subj",
            "/CN=" + common_name};
}

void keep_from_others(const std::string& key) {
    using std::filesystem::perms;
    std::filesystem::permissions(key, perms::owner_read | perms::owner_write);
}

}  // namespace

CertificateAuthority::CertificateAuthority() {
    auto command = request("databased test authority", folder_.path("authority.key"), certificate());
    command.insert(command.end(), {"-x509", "-days", "2"});
    run_program(command, folder_.path());
    keep_from_others(folder_.path("authority.key"));
    std::ofstream{folder_.path("index")};
    std::ofstream{folder_.path("authority.cnf")}
        << "[ca]\ndefault_ca = authority\n[authority]\ndatabase = " << folder_.path("index")
        << "\nnew_certs_dir = " << folder_.path() << "\ncertificate = " << certificate()
        << "\nprivate_key = " << folder_.path("authority.key")
        << "\nrand_serial = yes\nunique_subject = no\ndefault_md = sha256\ncopy_extensions = copy\npolicy = names\n"
           "[names]\ncommonName = supplied\n";
}

Certificate CertificateAuthority::server(const std::string& names, Validity validity) {
    return sign("server", "subjectAltName=" + names, validity);
}

Certificate CertificateAuthority::client(const std::string& name) {
    return sign(name, "extendedKeyUsage=clientAuth", Validity::valid);
}

Certificate CertificateAuthority::sign(const std::string& common_name, const std::string& extension,
                                       Validity validity) {
    const std::string number = std::to_string(++signed_);
    Certificate made{.certificate = folder_.path(number + ".crt"), .key = folder_.path(number + ".key")};
    const std::string wanted = folder_.path(number + ".csr");
    auto command = request(common_name, made.key, wanted);
    command.insert(command.end(), {"-addext", extension});
    run_program(command, folder_.path());
    command = {
        "/usr/bin/openssl", "ca", "-batch", "-notext", "-config", folder_.path("authority.cnf"), "-in", wanted, "-out",
        made.certificate};
    const auto dates = validity == Validity::valid
                           ? Words{"-days", "2"}
                           : Words{"-startdate", "20200101000000Z", "-enddate", "20200102000000Z"};
    command.insert(command.end(), dates.begin(), dates.end());
    run_program(command, folder_.path());
    keep_from_others(made.key);
    return made;
}

}  // namespace support
