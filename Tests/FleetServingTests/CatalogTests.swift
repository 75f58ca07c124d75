import FleetJSON
import Testing

@testable import FleetServing

/// Folder of the package, from the place of this file.
let packageFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

/// The shipped catalog, read once.
let shippedCatalog = Result { try Catalog(contentsOf: packageFolder + "/models") }

@Suite struct CatalogTests {
  @Test(arguments: [
    "a100_sxm", "a100_pcie", "a30", "b200_sxm", "b300_sxm", "b60", "gb200", "gb300", "h100_pcie", "h100_sxm",
    "h200_sxm", "l4", "l40s", "rtx_pro_6000_server", "mi300x", "mi325x", "mi355x", "tpu-v7", "v100-32gb-sxm",
    "a100-40gb-sxm",
    "ascend-910b", "ascend-910c", "h20", "gaudi3",
  ])
  func acceleratorNamesOfMeasurementFilesResolve(name: String) throws {
    #expect(try shippedCatalog.get().accelerator(name) != nil)
    #expect(try shippedCatalog.get().accelerator(name.uppercased()) != nil)
  }

  @Test(arguments: [
    "qwen3-32b", "opt-13b", "gpt-oss-120b", "dsr1", "llama3.1-70b", "minimax-m2.5", "llama2-70b", "qwen3.5-397b",
    "glm-5", "kimi-k2.5", "llama2-7b", "llama3.1-8b", "opt-66b", "bloom-176b", "qwen3-235b",
  ])
  func modelNamesOfMeasurementFilesResolve(name: String) throws {
    #expect(try shippedCatalog.get().model(name) != nil)
    #expect(try shippedCatalog.get().model(name.uppercased()) != nil)
  }

  @Test func everyEntryAnswersToItsSpellings() throws {
    let catalog = try shippedCatalog.get()
    for accelerator in catalog.accelerators {
      for spelling in [accelerator.id, accelerator.name] + accelerator.aliases {
        #expect(catalog.accelerator(spelling)?.id == accelerator.id)
      }
    }
    for model in catalog.models {
      for spelling in [model.id, model.name] + model.aliases { #expect(catalog.model(spelling)?.id == model.id) }
    }
    #expect(catalog.hash.count == 64)
  }

  /// Parts that publications on LLM serving compare, as they spell them.
  @Test(arguments: [
    ("A6000", "rtx-a6000"), ("A40", "a40"), ("L40", "l40"), ("RTX 4090", "rtx-4090"), ("RTX A5000", "rtx-a5000"),
    ("T4", "t4"), ("V100", "v100-32gb-sxm"), ("V100-16GB", "v100-16gb-sxm"), ("H800", "h800-sxm"),
    ("B300 NVL16", "b300-sxm"), ("MI210", "mi210"), ("TPU v7", "tpu-v7"), ("Ironwood", "tpu-v7"),
    ("MTT S4000", "moore-threads-s4000"),
  ])
  func partsOfTheLiteratureAreKnown(name: String, id: String) throws {
    #expect(try shippedCatalog.get().accelerator(name)?.id == id)
  }

  @Test func unknownNamesFindTheNearest() throws {
    let catalog = try shippedCatalog.get()
    #expect(catalog.accelerator("h100-sxn") == nil)
    #expect(catalog.nearestAccelerator(to: "h100-sxn") == "h100-sxm")
    #expect(catalog.nearestModel(to: "qwen3-32") == "qwen3-32b")
  }
}
