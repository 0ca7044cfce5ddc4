import FoundationEssentials
import PodiumStore
import PodiumTestSupport
import Testing

@Suite
struct AddressTests {
    @Test func aURLIsReadAndItsPasswordNotShown() throws {
        let address = try DatabaseAddress(parsing: "postgresql://ann:se%20cret@db.example:6000/podium?sslmode=require")
        #expect(address.description == "database podium at db.example, port 6000 as ann")
        #expect(address.settings["password"] == "se cret")
        #expect(address.settings["sslmode"] == "require")
    }

    @Test(arguments: ["postgresql://ann:%zzsecret@host/x", "host=x pass word=secret", "nonsense"])
    func anAddressThatCannotBeReadIsRefusedWithoutRepeatingIt(text: String) {
        let error = #expect(throws: StoreError.self) { try DatabaseAddress(parsing: text) }
        #expect(error?.code == .connectionFailed)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func noServerIsAConnectionFailure() async throws {
        let addresses = ["host=/nowhere dbname=x", "postgresql://127.0.0.1:1/x"]
        for text in addresses {
            let address = try DatabaseAddress(parsing: text)
            let error = await #expect(throws: StoreError.self) { try await Connection.open(address) }
            #expect(error?.code == .connectionFailed)
            #expect(error?.description.contains("is the server up") == true)
        }
    }

    /// A listener that never answers: the kernel takes the connection, nobody speaks.
    @Test func aSilentServerIsGivenUpAfterTheTimeout() async throws {
        let listener = try SilentListener()
        let address = try DatabaseAddress(parsing: "postgresql://127.0.0.1:\(listener.port)/x")
        let start = ContinuousClock.now
        let error = await #expect(throws: StoreError.self) {
            try await Connection.open(address, timeout: .milliseconds(200))
        }
        #expect(error?.code == .connectionFailed)
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test func aWrongPasswordIsAnAuthenticationFailureWithoutThePassword() async throws {
        let scratch = try ScratchDirectory()
        let rules = "\(scratch.path)/pg_hba.conf"
        try "local all podium peer map=podium\nlocal all all scram-sha-256\n"
            .write(toFile: rules, atomically: true, encoding: .utf8)
        var options = scratch.options
        options.settings["hba_file"] = rules
        let cluster = try await Cluster.start(options)
        let admin = try await Connection.open(cluster.address)
        try await admin.run(Script(trusted: "create role ann login password 'right'"))

        let host = try #require(cluster.address.settings["host"])
        let server = "host=\(host) dbname=podium"
        _ = try await Connection.open(try DatabaseAddress(parsing: "\(server) user=ann password=right"))
        for user in ["user=ann password=wrongsecret", "user=nobody password=wrongsecret", "user=ann"] {
            let wrong = try DatabaseAddress(parsing: "\(server) \(user)")
            let error = await #expect(throws: StoreError.self) { try await Connection.open(wrong) }
            #expect(error?.code == .authenticationFailed)
            #expect(error?.description.contains("wrongsecret") == false)
        }
        try await cluster.stop(.immediate)
    }

    @Test func aMissingDatabaseIsSaidToBeMissing() async throws {
        let cluster = try await TestServer.shared.cluster()
        let error = await #expect(throws: StoreError.self) {
            try await Connection.open(cluster.address.database("nowhere"))
        }
        #expect(error?.code == .authenticationFailed)
        #expect(error?.sqlState == "3D000")
        #expect(error?.description.contains("\"nowhere\" does not exist") == true)
    }
}
